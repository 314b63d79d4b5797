// The engine's plain values into JavaScript ones; shapes as in src/engine/messages.ts.
#pragma once

#include <napi.h>

#include "../llama/replica.hpp"

namespace tacho::engine::addon {

Napi::Object to_js(Napi::Env env, const StepOutput& output);
Napi::Object to_js(Napi::Env env, const Replica& replica);
Napi::Array to_js(Napi::Env env, const std::vector<Device>& devices);

}  // namespace tacho::engine::addon
