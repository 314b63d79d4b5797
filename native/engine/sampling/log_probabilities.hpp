// What a request for logprobs gets beside each token.
#pragma once

#include <span>

#include "../loop/request.hpp"

namespace tacho::engine {

/// Fills in `sampled.logprob` and the `alternatives` likeliest tokens of a row of raw logits.
void add_log_probabilities(std::span<const float> logits, std::int32_t alternatives, Sampled& sampled);

}  // namespace tacho::engine
