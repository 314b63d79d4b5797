// What prompt tokens add to the time of a step.
#pragma once

#include <cstdint>

namespace tacho::engine {

/// Something for the chunk, because the weights are read once more, and something for each token. Both
/// grow with the depth in the prompt, so they are learnt from the latest steps alone.
class PromptCost {
 public:
  /// A step with `tokens` of prompts lasted `seconds` longer than it had without them.
  void observe(std::int32_t tokens, double seconds);
  bool is_known() const { return weight_ > 0; }
  double seconds(std::int32_t tokens) const { return chunk_ + token_ * tokens; }
  /// Tokens that so many seconds are enough for; infinite when tokens cost nothing.
  double tokens(double seconds) const;
  /// The chunk whose tokens take as long as reading the weights for it does: smaller ones are wasteful.
  double least_tokens() const;

 private:
  void fit();

  double chunk_ = 0;  // seconds
  double token_ = 0;
  // Weighted sums over the steps seen, of u, a token's part of the chunk (1 / tokens), and z, its seconds.
  double weight_ = 0;
  double u_ = 0;
  double z_ = 0;
  double uu_ = 0;
  double uz_ = 0;
};

}  // namespace tacho::engine
