// JavaScript values into the engine's plain ones. A wrong type throws a TypeError that names the property;
// the front process has validated what clients may get wrong, so this only guards the border.
#pragma once

#include <napi.h>

#include "../llama/llama_embedder.hpp"
#include "../llama/replica.hpp"
#include "../loop/meters.hpp"

namespace tacho::engine::addon {

ModelOptions model_options(const Napi::Object& options);
ContextOptions context_options(const Napi::Object& options);
Request request(const Napi::Object& value);

/// What a tokenize() call asks for.
struct TextToTokenize {
  std::string text;
  bool add_special = false;
  bool parse_special = false;
  bool with_pieces = false;
};
TextToTokenize text_to_tokenize(const Napi::Value& value);
std::vector<Token> token_list(const Napi::Value& list);
ChatPrompt chat_prompt(const Napi::Value& value);

EmbedderOptions embedder_options(const Napi::Object& options);
/// A text, or its tokens.
using EmbedInput = std::variant<std::string, std::vector<Token>>;
std::vector<EmbedInput> embed_inputs(const Napi::Value& list);
std::string string(const Napi::Value& value, const std::string& name);
std::vector<std::string> strings(const Napi::Value& list);

/// `meters` holds telemetry handles by name; their cells lie in `cells`, which must outlive the result.
Meters meters(const Napi::Float64Array& cells, const Napi::Object& meters);
/// The same of the handles that count for one tenant.
TenantMeters tenant_meters(const Napi::Float64Array& cells, const Napi::Value& meters);

}  // namespace tacho::engine::addon
