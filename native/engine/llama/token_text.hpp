// Tokens as text, outside of any request.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "../loop/request.hpp"
#include "llama.h"

namespace tacho::engine {

/// The text that `tokens` stand for, control tokens written out; bytes that are no UTF-8 among it when a
/// character is cut. Throws InputError naming the first that is no token of the vocabulary.
std::string detokenize(const llama_vocab* vocab, const std::vector<Token>& tokens);

/// The bytes of each token, one behind the other, and where each ends.
struct Pieces {
  std::string bytes;
  std::vector<std::int32_t> ends;
};
Pieces pieces_of(const llama_vocab* vocab, std::span<const Token> tokens);

}  // namespace tacho::engine
