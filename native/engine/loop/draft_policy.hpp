// How many tokens to guess for a request: verifying a guess costs time whether it is right or wrong.
#pragma once

#include <cstdint>

#include "draft_cost.hpp"

namespace tacho::engine {

/// One request's. Assumes that every guess is right with one probability a, learned from the latest guesses,
/// so that k guesses bring (1 - a^(k+1)) / (1 - a) tokens on average, and takes the k that brings most tokens
/// for its time. A guess must bring more than the same time brings to all sequences of the batch, so a
/// request's part of the step is step_seconds / sequences. When no k pays, it guesses nothing for a while and
/// then tries again, after longer and longer pauses.
class DraftPolicy {
 public:
  /// Tokens to guess in the next step, 0 … most. Called once a step of this request.
  std::int32_t wanted(const DraftCost& cost, std::int32_t most);
  /// What came of it. `drafted` is 0 when there was no guess, which changes nothing.
  void observed(std::int32_t drafted, std::int32_t accepted);

 private:
  // Guesses verified and those of them that were right, the older the less they count. Starts as if most had
  // been right: they come from the text itself or from a model made for it.
  double verified_ = 4;
  double right_ = 3.2;
  bool trying_ = true;  // at first, and after a pause
  std::int32_t pause_left_ = 0;
  std::int32_t next_pause_ = 0;  // 0: the shortest
};

}  // namespace tacho::engine
