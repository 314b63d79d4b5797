// One token drawn from the softmax of a row: llama.cpp's "dist" sampler, and the same token to the last bit.
#pragma once

#include <cstdint>
#include <random>
#include <span>

namespace tacho::engine {

/// The random numbers llama.cpp's sampler draws from the same seed, one a token.
class UniformNumbers {
 public:
  explicit UniformNumbers(std::uint32_t seed) : generator_(seed) {}
  double next() {
    ++drawn_;
    return std::uniform_real_distribution<double>(0, 1)(generator_);
  }
  std::int32_t drawn() const { return drawn_; }

 private:
  std::mt19937 generator_;
  std::int32_t drawn_ = 0;
};

/// Index of the token at which the sum of probabilities reaches `uniform`, 0 … 1. The row must not be empty.
/// Vector arithmetic decides wherever its error cannot matter, draw_in_order() elsewhere.
std::size_t draw_from_softmax(std::span<const float> logits, float temperature, double uniform);

/// The same in llama.cpp's own order of operations, about ten times slower.
std::size_t draw_in_order(std::span<const float> logits, float temperature, double uniform);

}  // namespace tacho::engine
