// The engine's plain values into JavaScript ones; shapes as in src/engine/messages.ts.
#pragma once

#include <napi.h>

#include "../llama/llama_embedder.hpp"
#include "../llama/replica.hpp"

namespace tacho::engine::addon {

Napi::Object to_js(Napi::Env env, const StepOutput& output);
Napi::Object to_js(Napi::Env env, const Assembly& assembly);
Napi::Object to_js(Napi::Env env, const Replica& replica);
Napi::Object to_js(Napi::Env env, const BackEnds& back_ends);
const char* name_of(ErrorCode code);

/// Vectors or scores, and how many tokens each input had.
struct Embedded {
  std::vector<std::vector<float>> vectors;
  std::vector<std::int32_t> tokens;
};
struct Ranked {
  std::vector<float> scores;
  std::vector<std::int32_t> tokens;
};
Napi::Object to_js(Napi::Env env, const Embedded& embedded);
Napi::Object to_js(Napi::Env env, const Ranked& ranked);
Napi::Object to_js(Napi::Env env, const LlamaEmbedder& embedder);
/// Bytes that are no UTF-8 become U+FFFD.
inline Napi::Value to_js(Napi::Env env, const std::string& text) { return Napi::String::New(env, text); }

}  // namespace tacho::engine::addon
