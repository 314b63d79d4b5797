#include "prompt_budget.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tacho::engine {

namespace {

/// Weight of the newest step without prompts.
constexpr double kWeight = 0.1;

/// A step that lasted longer than this many usual ones lost its core to another process, and says nothing
/// about the next.
constexpr double kOutlier = 2;

/// One step changes the pace by at most so much, up and down.
constexpr double kGrowth = 1.25;
constexpr double kShrink = 0.7;

/// A prompt must come to an end, whatever it costs.
constexpr std::int32_t kFewest = 4;

/// Before anything is known.
constexpr std::int32_t kFirst = 32;

/// Steps with prompts after which one without is wanted again: 0.4 % of them.
constexpr std::int32_t kOld = 256;

}  // namespace

/// A twelfth more streams are another bucket: on a processor their step takes as much longer.
std::size_t PromptBudget::bucket(std::int32_t streams) {
  const auto eighths = static_cast<std::size_t>(8 * std::log2(std::max(1, streams)));
  return std::min(eighths, std::tuple_size_v<decltype(plain_)> - 1);
}

/// Seconds by which prompts may lengthen the step.
double PromptBudget::allowed(StepMix mix) const {
  const auto waiting = static_cast<double>(mix.prompts) / mix.streams;
  return (multiple_ - 1) * plain_[bucket(mix.streams)].seconds * std::max(1.0, waiting);
}

void PromptBudget::observe(StepMix mix, std::int32_t more, double seconds) {
  if (mix.streams == 0) return;
  auto& plain = plain_[bucket(mix.streams)];
  if (more == 0) {
    const auto held = std::min(seconds, kOutlier * plain.seconds);
    plain.seconds = plain.seconds == 0 ? seconds : plain.seconds + kWeight * (held - plain.seconds);
    plain.age = 0;
    return;
  }
  ++plain.age;
  if (plain.seconds == 0) return;
  const double pace = more / allowed(mix);
  const double room = allowed(mix) / std::max(seconds - plain.seconds, 0.01 * plain.seconds);
  // A step that kept the limit says that more fits; one that held less than it might says nothing else.
  if (room >= 1) {
    pace_ = std::max(pace_, pace * std::min(room, kGrowth));
  } else {
    pace_ = std::min(pace_ == 0 ? pace : pace_, pace * std::max(room, kShrink));
  }
}

std::int32_t PromptBudget::tokens(StepMix mix, std::int32_t most) const {
  if (mix.streams == 0) return most;
  const auto& plain = plain_[bucket(mix.streams)];
  if (plain.seconds == 0 || plain.age >= kOld) return 0;
  if (pace_ == 0) return std::min(kFirst, most);
  const double fitting = pace_ * allowed(mix);
  return fitting >= most ? most : std::max(kFewest, static_cast<std::int32_t>(fitting));
}

}  // namespace tacho::engine
