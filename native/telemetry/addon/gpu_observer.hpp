#pragma once

#include <napi.h>

#include <memory>

#include "../segment.hpp"

namespace tacho::telemetry {

/// Starts to read the GPUs into `segment`, every `info[0]` milliseconds through the library `info[1]`;
/// `NativeGpuObserver` in src/telemetry/segment/native.ts describes what is returned.
Napi::Object make_gpu_observer(Napi::Env env, std::shared_ptr<Segment> segment,
                               const Napi::CallbackInfo& info);

}  // namespace tacho::telemetry
