#pragma once

#include <napi.h>

#include <memory>

#include "../render/renderer.hpp"

namespace tacho::telemetry {

/// `NativeFollower` in src/telemetry/segment/native.ts describes it. Throws the core's errors.
Napi::Object make_follower(Napi::Env env, const std::shared_ptr<Renderer>& renderer,
                           const Napi::Value& views);

}  // namespace tacho::telemetry
