#include "token_text.hpp"

#include <algorithm>

#include "input_error.hpp"
#include "llama_model.hpp"

namespace tacho::engine {

namespace {

void check(const llama_vocab* vocab, const std::vector<Token>& tokens) {
  const auto vocabulary = llama_vocab_n_tokens(vocab);
  const auto bad =
      std::ranges::find_if(tokens, [&](Token token) { return token < 0 || token >= vocabulary; });
  if (bad == tokens.end()) return;
  throw InputError(
      ErrorCode::invalid_prompt, static_cast<std::size_t>(bad - tokens.begin()),
      "token ids must be 0 to " + std::to_string(vocabulary - 1) + ", received " + std::to_string(*bad));
}

}  // namespace

std::string detokenize(const llama_vocab* vocab, const std::vector<Token>& tokens) {
  check(vocab, tokens);
  const auto count = static_cast<std::int32_t>(tokens.size());
  std::string text(tokens.size() * 8 + 64, '\0');
  const auto write = [&] {
    return llama_detokenize(vocab, tokens.data(), count, text.data(), static_cast<std::int32_t>(text.size()),
                            false, true);
  };
  auto length = write();
  if (length < 0) {
    text.resize(static_cast<std::size_t>(-length));
    length = write();
  }
  text.resize(static_cast<std::size_t>(std::max(0, length)));
  return text;
}

Pieces pieces_of(const llama_vocab* vocab, std::span<const Token> tokens) {
  Pieces pieces;
  for (const auto token : tokens) {
    append_token_text(vocab, token, true, pieces.bytes);
    pieces.ends.push_back(static_cast<std::int32_t>(pieces.bytes.size()));
  }
  return pieces;
}

}  // namespace tacho::engine
