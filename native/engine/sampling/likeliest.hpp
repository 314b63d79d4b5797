// The few tokens of a row that can matter, found without a candidate for each entry of the vocabulary.
#pragma once

#include <span>
#include <vector>

#include "../loop/request.hpp"

namespace tacho::engine {

/// The `count` tokens with the largest logits, largest first; of equal ones the earlier token. Fewer where
/// the row is shorter or holds NaNs.
void likeliest(std::span<const float> logits, std::size_t count, std::vector<Token>& tokens);

/// The tokens whose logit is `least` or more, by their number.
void at_least(std::span<const float> logits, float least, std::vector<Token>& tokens);

/// The likeliest tokens that together reach the probability `top_p`, likeliest first: llama.cpp's top-p,
/// rounding included. False, when they are more than a few; then `tokens` means nothing.
bool nucleus(std::span<const float> logits, float top_p, std::vector<Token>& tokens);

}  // namespace tacho::engine
