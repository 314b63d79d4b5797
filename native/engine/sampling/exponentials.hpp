// Sums of exponentials over a row of logits, computed in vector lanes.
#pragma once

#include <cstddef>
#include <span>

namespace tacho::engine {

/// Entries summed up at a time.
inline constexpr std::size_t kExponentials = 128;
/// No sum is further from the true one, relatively.
inline constexpr double kExponentialsError = 1.5e-6;

/// The sum of exp(x / temperature - largest) over at most kExponentials entries. The quotient is rounded to
/// float as llama.cpp rounds it; `largest` is the row's largest quotient.
double sum_of_exponentials(std::span<const float> block, float temperature, float largest);

/// The natural logarithm of the sum of exp(x) over a whole row.
double log_sum_exp(std::span<const float> logits);

}  // namespace tacho::engine
