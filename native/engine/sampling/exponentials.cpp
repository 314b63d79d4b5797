#include "exponentials.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "highest.hpp"
#include "vectors.hpp"

namespace tacho::engine {

namespace {

/// exp(x) for x <= 0: 2^n times a polynomial of what is left, |r| <= ln 2 / 2. Below -87 the result is about
/// the smallest normal number instead of a smaller one.
Floats exponential(Floats x) {
  const float rounder = 12582912;       // 1.5 x 2^23: what is added to it loses its fraction
  const float ln2_high = 0.693359375F;  // few bits, so that n times it is exact
  const float ln2_low = -2.12194440e-4F;
  x = larger(x, all(-87));
  const Floats shifted = x * 1.44269504F + rounder;
  const Floats n = shifted - rounder;
  const Floats r = x - n * ln2_high - n * ln2_low;
  const Floats tail = r * (1.F / 2 + r * (1.F / 6 + r * (1.F / 24 + r * (1.F / 120 + r * (1.F / 720)))));
  const auto exponent = (std::bit_cast<Ints>(shifted) + 127) << 23;
  return std::bit_cast<Floats>(exponent) * (1 + r * (1 + tail));
}

template <bool divide>
double sum_in_lanes(std::span<const float> block, float temperature, float largest) {
  Floats sums[2] = {};
  const auto add = [&sums, temperature, largest](const float* from, int to) {
    const auto logits = load(from);
    sums[to] += exponential((divide ? logits / temperature : logits) - largest);
  };
  const float* at = block.data();
  const float* const end = at + block.size();
  for (; end - at >= 8; at += 8) {
    add(at, 0);
    add(at + 4, 1);
  }
  float rest[8];
  std::fill(std::copy(at, end, rest), rest + 8, -std::numeric_limits<float>::infinity());
  add(rest, 0);
  add(rest + 4, 1);
  double sum = 0;
  for (const auto& lanes : sums) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) sum += static_cast<double>(lanes[lane]);
  }
  return sum;
}

}  // namespace

double sum_of_exponentials(std::span<const float> block, float temperature, float largest) {
  return temperature == 1 ? sum_in_lanes<false>(block, 1, largest)
                          : sum_in_lanes<true>(block, temperature, largest);
}

double log_sum_exp(std::span<const float> logits) {
  const float largest = highest(logits);
  double sum = 0;
  for (std::size_t at = 0; at < logits.size(); at += kExponentials) {
    sum += sum_of_exponentials(logits.subspan(at, std::min(kExponentials, logits.size() - at)), 1, largest);
  }
  return static_cast<double>(largest) + std::log(sum);
}

}  // namespace tacho::engine
