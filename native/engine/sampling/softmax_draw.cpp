#include "softmax_draw.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "exponentials.hpp"
#include "highest.hpp"

namespace tacho::engine {

namespace {

/// What the sums of both ways may differ by, relative to the whole: our error, llama.cpp's, and some room.
constexpr double kDoubt = 3 * kExponentialsError;

/// The sums of probabilities up to each block's end; the last is the whole.
const std::vector<double>& sums_up_to(std::span<const float> logits, float temperature, float largest) {
  static thread_local std::vector<double> sums;
  sums.clear();
  double sum = 0;
  for (std::size_t at = 0; at < logits.size(); at += kExponentials) {
    const auto block = logits.subspan(at, std::min(kExponentials, logits.size() - at));
    sums.push_back(sum += sum_of_exponentials(block, temperature, largest));
  }
  return sums;
}

/// Nothing where rounding could have made it another token.
std::optional<std::size_t> draw_in_blocks(std::span<const float> logits, float temperature, double uniform) {
  const float largest = highest(logits) / temperature;
  const auto& sums = sums_up_to(logits, temperature, largest);
  const double target = sums.back() * uniform;
  const double doubt = sums.back() * kDoubt;
  const auto block = static_cast<std::size_t>(std::ranges::lower_bound(sums, target) - sums.begin());
  double reached = block == 0 ? 0 : sums[block - 1];
  const auto end = std::min((block + 1) * kExponentials, logits.size());
  for (auto at = block * kExponentials; at < end; ++at) {
    const double before = reached;
    reached += static_cast<double>(std::exp(logits[at] / temperature - largest));
    if (reached < target) continue;
    if (reached - target > doubt && target - before > doubt) return at;
    return {};
  }
  return {};
}

}  // namespace

std::size_t draw_from_softmax(std::span<const float> logits, float temperature, double uniform) {
  const auto token = draw_in_blocks(logits, temperature, uniform);
  return token ? *token : draw_in_order(logits, temperature, uniform);
}

std::size_t draw_in_order(std::span<const float> logits, float temperature, double uniform) {
  static thread_local std::vector<float> probabilities;
  probabilities.clear();
  const float largest = highest(logits) / temperature;
  double sum = 0;
  for (const float logit : logits) {
    probabilities.push_back(std::exp(logit / temperature - largest));
    sum += static_cast<double>(probabilities.back());
  }
  const double target = sum * uniform;
  double reached = 0;
  for (std::size_t at = 0; at < logits.size(); ++at) {
    reached += static_cast<double>(probabilities[at]);
    if (reached >= target) return at;
  }
  return logits.size() - 1;
}

}  // namespace tacho::engine
