// The largest of a row of logits, at the speed of memory.
#pragma once

#include <cstddef>
#include <span>

namespace tacho::engine {

/// Minus infinity for an empty row. NaNs are passed over.
float highest(std::span<const float> logits);

/// Index of the first of the largest; 0 where none compares (NaNs alone). What greedy sampling draws.
std::size_t best_of(std::span<const float> logits);

}  // namespace tacho::engine
