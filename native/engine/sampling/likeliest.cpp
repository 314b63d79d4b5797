#include "likeliest.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "highest.hpp"

namespace tacho::engine {

namespace {

/// Blocks are passed over whole when their largest logit is too small.
constexpr std::size_t kBlock = 128;
/// Most rows reach a usual top_p within the first, most of the others within the second.
constexpr std::size_t kNuclei[] = {128, 1024};

std::span<const float> block_at(std::span<const float> logits, std::size_t at) {
  return logits.subspan(at, std::min(kBlock, logits.size() - at));
}

/// No more than `count` logits can be larger than the `count`-th largest of the blocks' own largest, and at
/// least as many are as large.
float sure_to_hold(std::span<const float> logits, std::size_t count) {
  static thread_local std::vector<float> tops;
  tops.clear();
  for (std::size_t at = 0; at < logits.size(); at += kBlock) tops.push_back(highest(block_at(logits, at)));
  if (count > tops.size()) return -std::numeric_limits<float>::infinity();
  const auto nth = tops.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::nth_element(tops.begin(), nth, tops.end(), std::greater<>());
  return *nth;
}

/// The denominator of llama.cpp's softmax: a float, added up in order, so that the same sum comes out to the
/// last bit. Beside `sum` whatever is smaller than its half unit in the last place (2^-24 of its power of
/// two) adds nothing, so most of a sharp distribution needs no exponential.
float ordered_sum(std::span<const float> logits, float largest) {
  constexpr float kAbsorbed = 17.4F;  // more than 25 ln 2
  float sum = 0;
  for (std::size_t at = 0; at < logits.size(); at += kBlock) {
    const float least = sum > 0 ? std::log(sum) - kAbsorbed : -std::numeric_limits<float>::infinity();
    const auto block = block_at(logits, at);
    if (highest(block) - largest < least) continue;
    for (const float logit : block) {
      const float below = logit - largest;
      if (below >= least) sum += std::exp(below);
    }
  }
  return sum;
}

}  // namespace

void at_least(std::span<const float> logits, float least, std::vector<Token>& tokens) {
  tokens.clear();
  for (std::size_t at = 0; at < logits.size(); at += kBlock) {
    const auto block = block_at(logits, at);
    if (!(highest(block) >= least)) continue;
    for (std::size_t i = 0; i < block.size(); ++i) {
      if (block[i] >= least) tokens.push_back(static_cast<Token>(at + i));
    }
  }
}

void likeliest(std::span<const float> logits, std::size_t count, std::vector<Token>& tokens) {
  at_least(logits, sure_to_hold(logits, count), tokens);
  const auto larger = [logits](Token a, Token b) {
    const float left = logits[static_cast<std::size_t>(a)];
    const float right = logits[static_cast<std::size_t>(b)];
    return left > right || (left == right && a < b);
  };
  count = std::min(count, tokens.size());
  std::partial_sort(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(count), tokens.end(),
                    larger);
  tokens.resize(count);
}

bool nucleus(std::span<const float> logits, float top_p, std::vector<Token>& tokens) {
  const float largest = highest(logits);
  const float sum = ordered_sum(logits, largest);
  for (const auto count : kNuclei) {
    likeliest(logits, count, tokens);
    float reached = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      reached += std::exp(logits[static_cast<std::size_t>(tokens[i])] - largest) / sum;
      if (!(reached >= top_p)) continue;
      tokens.resize(i + 1);
      return true;
    }
    if (reached < top_p / 4) return false;  // too flat: the next ones are less likely still
  }
  return false;
}

}  // namespace tacho::engine
