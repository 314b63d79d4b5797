// Which sequences take part in the next step, and with how many tokens.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tacho::engine {

/// One running request, oldest first in a list of them.
struct Demand {
  std::int32_t uncomputed = 0;  // tokens not yet in the KV cache; exactly 1 while it generates
};

/// Fills `shares` with the tokens each demand gets, in the same order: first one token for everyone who
/// generates, so that no prompt holds up a stream, then prompt chunks, oldest first, until `budget` is used.
void plan_step(std::span<const Demand> demands, std::int32_t budget, std::vector<std::int32_t>& shares);

}  // namespace tacho::engine
