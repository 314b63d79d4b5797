// Which sequences take part in the next step, and with how many tokens.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace tacho::engine {

/// What one running request could use in the next step.
struct Demand {
  /// Tokens a step must hold of it: 1 while it generates, 0 while its prompt is computed.
  std::int32_t certain = 0;
  /// Tokens more that it can use: drafts, or the rest of its prompt.
  std::int32_t more = 0;
  /// Of prompts, the higher goes first; equals share.
  std::int32_t priority = 0;
};

struct Budget {
  std::int32_t tokens = 0;  // of the whole step
  std::int32_t prompt = 0;  // of prompts
};

/// Fills `shares` with the tokens each demand gets, in the same order: first one for everyone who generates,
/// so that no prompt holds up a stream, then drafts, then prompt chunks. Prompts of one priority get equal
/// chunks: a short prompt is through soon, however long those beside it are. Those of a lower one share a
/// quarter of the prompts' budget, and what is left: they are slow, but never stand still.
void plan_step(std::span<const Demand> demands, Budget budget, std::vector<std::int32_t>& shares);

}  // namespace tacho::engine
