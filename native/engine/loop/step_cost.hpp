// What steps cost, learnt from those that were made.
#pragma once

#include <array>
#include <cstdint>

namespace tacho::engine {

/// Two figures describe a machine well enough to plan by: how long a step takes in which every stream gets
/// one token, by the number of streams, and how much each token more in a step adds.
class StepCost {
 public:
  /// A step of `streams` sequences with a token each, and `more` tokens of prompts and drafts.
  void observe(std::int32_t streams, std::int32_t more, double seconds);
  /// Of a step of `streams` tokens alone; 0 when none was ever made.
  double step_seconds(std::int32_t streams) const;
  /// Of one token more in a step; 0 when not known.
  double token_seconds() const { return token_seconds_; }

 private:
  static std::size_t bucket(std::int32_t streams);

  std::array<double, 10> step_seconds_{};  // by the binary logarithm of the number of streams
  double token_seconds_ = 0;
};

/// How many prompt tokens a step may hold beside `streams` tokens of streams, so that it lasts at most
/// `multiple` times as long as without them; at least a few, since a prompt must come to an end; `most` when
/// nobody streams.
std::int32_t prompt_budget(const StepCost& cost, std::int32_t streams, double multiple, std::int32_t most);

}  // namespace tacho::engine
