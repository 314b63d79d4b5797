// What a step costs, and what each guessed token adds to it.
#pragma once

#include <cstdint>
#include <vector>

#include "added_cost.hpp"

namespace tacho::engine {

struct DraftCost {
  double step_seconds = 0;      // a step of one token for each of `sequences`; 0: not known
  double token_seconds = 0;     // what each further token adds to it, with the time that guessing it takes
  std::int32_t sequences = 1;   // that generate
  double guessing_seconds = 0;  // what any guess at all adds to it
};

/// Learns the costs from the steps themselves. Where it knows too little of so many sequences, or what it
/// knows is old, it says so, upon which nobody guesses and the next step is the measurement.
class DraftCosts {
 public:
  /// A step without prompt tokens: one of each of `sequences`, and `drafted` guesses of all together.
  /// `seconds` are those from before the guessing to after the sampling.
  void observed(std::int32_t sequences, std::int32_t drafted, double seconds);
  DraftCost of(std::int32_t sequences) const;

 private:
  struct Plain {
    double seconds = 0;
    std::int32_t measured = 0;  // times
    std::int32_t age = 0;       // steps with guesses since the last of them
  };
  void observe_guesses(std::int32_t drafted, double added);
  const Plain* known(std::int32_t sequences) const;

  std::vector<Plain> plain_;  // steps without guesses, by number of sequences
  // Optimistic: a few guesses tell not whether many are as dear. One longer guess does.
  AddedCost guesses_{{.assumed = 0.75, .most = 0.95, .outlier = 1.5}};
  bool warm_ = false;
};

}  // namespace tacho::engine
