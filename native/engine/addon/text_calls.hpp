// What every loaded model can do with text, whatever it was made for.
#pragma once

#include <napi.h>

#include <memory>

#include "../llama/llama_model.hpp"
#include "../llama/token_text.hpp"

namespace tacho::engine::addon {

/// Tokens, and their pieces when asked for.
struct Tokenized {
  std::vector<Token> tokens;
  std::optional<Pieces> pieces;
};
Napi::Object to_js(Napi::Env env, const Tokenized& tokenized);

/// JavaScript: tokenize({text, addSpecial, parseSpecial, withPieces}): Promise<{tokens, pieces}>.
Napi::Value tokenize_text(const Napi::CallbackInfo& info, std::shared_ptr<const LlamaModel> model);
/// JavaScript: detokenize(tokens): Promise<string>.
Napi::Value detokenize_tokens(const Napi::CallbackInfo& info, std::shared_ptr<const LlamaModel> model);

}  // namespace tacho::engine::addon
