#include "step_cost.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tacho::engine {

namespace {

/// Weights of the newest observation. Token costs grow with the depth of a prompt and must be followed
/// quickly.
constexpr double kStepWeight = 0.1;
constexpr double kTokenWeight = 0.3;

/// A step that lasted longer lost its core to another process, and says nothing about the next.
constexpr double kOutlier = 2;

/// Fewer extra tokens than this say more about noise than about their cost.
constexpr std::int32_t kTelling = 4;

constexpr std::int32_t kSmallest = 4;

/// Before anything is known: less than a token of a stream costs on any machine seen.
constexpr std::int32_t kUnknown = 32;

void blend(double& average, double value, double weight) {
  if (average == 0) {
    average = value;
  } else {
    average += weight * (std::min(value, kOutlier * average) - average);
  }
}

}  // namespace

std::size_t StepCost::bucket(std::int32_t streams) {
  const auto log = std::bit_width(static_cast<std::uint32_t>(streams)) - 1;
  return std::min<std::size_t>(static_cast<std::size_t>(log), 9);
}

void StepCost::observe(std::int32_t streams, std::int32_t more, double seconds) {
  if (more == 0) {
    if (streams > 0) blend(step_seconds_[bucket(streams)], seconds, kStepWeight);
  } else if (more >= kTelling) {
    const double base = streams == 0 ? 0 : step_seconds(streams);
    if (streams > 0 && base == 0) return;
    blend(token_seconds_, std::max(seconds - base, 0.05 * seconds) / more, kTokenWeight);
  }
}

double StepCost::step_seconds(std::int32_t streams) const {
  const auto wanted = static_cast<std::ptrdiff_t>(bucket(streams));
  // The nearest count that was seen stands in for one that was not.
  double nearest = 0;
  std::ptrdiff_t distance = 100;
  for (std::ptrdiff_t i = 0; i < static_cast<std::ptrdiff_t>(step_seconds_.size()); ++i) {
    const auto seconds = step_seconds_[static_cast<std::size_t>(i)];
    if (seconds == 0 || std::abs(i - wanted) >= distance) continue;
    nearest = seconds;
    distance = std::abs(i - wanted);
  }
  return nearest;
}

std::int32_t prompt_budget(const StepCost& cost, std::int32_t streams, double multiple, std::int32_t most) {
  if (streams == 0) return most;
  const double step = cost.step_seconds(streams);
  const double token = cost.token_seconds();
  if (step == 0 || token == 0) return std::min(kUnknown, most);
  const double tokens = (multiple - 1) * step / token;
  return tokens >= most ? most : std::max(kSmallest, static_cast<std::int32_t>(tokens));
}

}  // namespace tacho::engine
