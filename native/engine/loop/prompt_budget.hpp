// How many prompt tokens a step may hold while somebody streams.
#pragma once

#include <array>
#include <cstdint>

namespace tacho::engine {

/// Who takes part in a step.
struct StepMix {
  std::int32_t streams = 0;  // requests that generate
  std::int32_t prompts = 0;  // requests whose prompts are computed
};

/// A step with prompts shall last at most so many times as long as one in which every stream gets its token
/// and nothing else; longer only when more requests wait for their first token than stream, and then in
/// proportion. What prompt tokens cost is no constant: each chunk has a cost of its own (the weights are read
/// once more), and each token costs more the deeper in its prompt. So no cost is estimated: the budget grows
/// while steps stay within the limit, and shrinks by as much as one went beyond it.
class PromptBudget {
 public:
  explicit PromptBudget(double multiple) : multiple_(multiple) {}

  /// A step of such a mix, with `more` tokens beside those of the streams, took so long.
  void observe(StepMix mix, std::int32_t more, double seconds);
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
  double pace_ = 0;                // prompt tokens a second allowed for them; 0: not known
};

}  // namespace tacho::engine
