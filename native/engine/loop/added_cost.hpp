// What tokens beside those of a plain step add to its time.
#pragma once

#include <cstdint>

namespace tacho::engine {

/// Tokens of prompts, or guesses, beside one of each stream. Something for having any at all, because the
/// weights are read once more or by a slower kernel, and something for each token. Both grow with the depth
/// in the text, so they are learnt from the latest steps alone.
class AddedCost {
 public:
  struct Beliefs {
    /// Parts, 0 to 1, of what a usual chunk adds that are the chunk's own: `assumed` before chunks of two
    /// sizes were seen, and `most` of them. The rest is its tokens', so that none can seem to be had for
    /// nothing.
    double assumed = 0;
    double most = 0.75;
    /// A step that took so many times longer than expected lost its core to another process, and says nothing
    /// about the next.
    double outlier = 4;
  };
  AddedCost() : AddedCost(Beliefs{}) {}
  explicit AddedCost(Beliefs beliefs) : beliefs_(beliefs) {}

  /// A step with so many tokens more lasted `seconds` longer than it had without them.
  void observe(std::int32_t tokens, double seconds);
  /// What was learnt counts for so much less from now on, in seconds.
  void fade(double faith);
  bool is_known() const { return weight_ > 0; }
  /// Of 1 token at least.
  double seconds(std::int32_t tokens) const { return chunk_ + token_ * tokens; }
  double chunk_seconds() const { return chunk_; }
  double token_seconds() const { return token_; }
  /// Tokens that so many seconds are enough for; infinite when tokens cost nothing.
  double tokens(double seconds) const;
  /// The chunk whose tokens take as long as reading the weights for it does: smaller ones are wasteful.
  double least_tokens() const;

 private:
  void fit();

  Beliefs beliefs_;
  bool varied_ = false;
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
