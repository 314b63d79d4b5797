// How many prompt tokens a step may hold while somebody streams.
#pragma once

#include <array>
#include <cstdint>

#include "added_cost.hpp"

namespace tacho::engine {

/// Who takes part in a step.
struct StepMix {
  std::int32_t streams = 0;  // requests that generate
  std::int32_t prompts = 0;  // requests whose prompts are computed
  std::int32_t fresh = 0;    // tokens that the prompts lack, if none of them has been begun, else 0
};

/// A step with prompts shall last at most so many times as long as one in which every stream gets its token
/// and nothing else. Longer in three cases: prompts that can be computed whole may add two and a half times
/// as much, because a few tokens left over cost another reading of the weights; requests that wait for their
/// first token beside few that stream may add more, with the square of their proportion; and a chunk may add
/// two such steps when reading the weights takes longer than its tokens otherwise.
class PromptBudget {
 public:
  explicit PromptBudget(double multiple) : multiple_(multiple) {}

  /// A step of such a mix, with `more` tokens beside those of the streams, took so long.
  void observe(StepMix mix, std::int32_t more, double seconds);
  /// A step that guesses took part in, whose time tells nothing about prompts.
  void pass(StepMix mix);
  /// Prompt tokens of the next step; `most` when nobody streams. 0 when a step without prompts must be seen
  /// first: none of so many streams was, or not for long.
  std::int32_t tokens(StepMix mix, std::int32_t most) const;

 private:
  /// Of steps without prompts.
  struct Plain {
    double seconds = 0;
    std::int32_t age = 0;  // steps with prompts since
  };
  double allowed(StepMix mix) const;
  static std::size_t bucket(std::int32_t streams);

  double multiple_;
  std::array<Plain, 65> plain_{};  // by eight times the binary logarithm of the number of streams
  AddedCost cost_;
  std::uint32_t chunks_ = 0;  // steps with prompts beside streams
};

}  // namespace tacho::engine
