#include "prompt_budget.hpp"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace tacho::engine {

namespace {

/// Weight of the newest step without prompts, and what each step with some since the last one adds to it:
/// where all sequences share one buffer, their steps get longer as a prompt fills it.
constexpr double kWeight = 0.1;
constexpr double kWeightOfAge = 1.0 / 64;

/// A step that lasted longer than this many usual ones lost its core to another process, and says nothing
/// about the next.
constexpr double kOutlier = 2;

/// One chunk of so many has half its size, or two tokens instead of one: from chunks all alike nobody learns
/// what is the chunk's cost and what its tokens'.
constexpr std::uint32_t kProbe = 8;

/// What prompts get more while as many wait for their first token as stream; it grows with the square of how
/// many there are for each that streams.
constexpr double kUrgency = 2;

/// What prompts may add when they are computed whole by it, by what they may otherwise.
constexpr double kWhole = 2.5;

/// What prompts may add so that reading the weights is worth it, by a step without any.
constexpr double kWorthwhile = 2;

/// Prompts that move in every step, whatever it costs.
constexpr std::int32_t kMoving = 4;

/// Before anything is known.
constexpr std::int32_t kFirst = 32;

/// Steps with prompts after which one without is wanted again: 1.6 % of them.
constexpr std::int32_t kOld = 64;

}  // namespace

/// A twelfth more streams are another bucket: on a processor their step takes as much longer.
std::size_t PromptBudget::bucket(std::int32_t streams) {
  const auto eighths = static_cast<std::size_t>(8 * std::log2(std::max(1, streams)));
  return std::min(eighths, std::tuple_size_v<decltype(plain_)> - 1);
}

/// Seconds by which prompts may lengthen the step.
double PromptBudget::allowed(StepMix mix) const {
  const auto waiting = static_cast<double>(mix.prompts) / mix.streams;
  return (multiple_ - 1) * plain_[bucket(mix.streams)].seconds * std::max(1.0, kUrgency * waiting * waiting);
}

void PromptBudget::observe(StepMix mix, std::int32_t more, double seconds) {
  if (mix.streams == 0) return cost_.observe(more, seconds);
  auto& plain = plain_[bucket(mix.streams)];
  if (more == 0) {
    const auto held = std::min(seconds, kOutlier * plain.seconds);
    const auto weight = std::min(1.0, kWeight + kWeightOfAge * plain.age);
    plain.seconds = plain.seconds == 0 ? seconds : plain.seconds + weight * (held - plain.seconds);
    plain.age = 0;
    return;
  }
  ++plain.age;
  ++chunks_;
  if (plain.seconds > 0) cost_.observe(more, seconds - plain.seconds);
}

void PromptBudget::pass(StepMix mix) {
  if (mix.streams == 0 || mix.prompts == 0) return;
  ++plain_[bucket(mix.streams)].age;
  ++chunks_;
}

std::int32_t PromptBudget::tokens(StepMix mix, std::int32_t most) const {
  if (mix.streams == 0) return most;
  const auto& plain = plain_[bucket(mix.streams)];
  if (plain.seconds == 0 || plain.age >= kOld) return 0;
  if (!cost_.is_known()) return std::min(kFirst, most);
  const auto limit = allowed(mix);
  if (mix.fresh > 0 && mix.fresh <= most && cost_.seconds(mix.fresh) <= kWhole * limit) return mix.fresh;
  const auto worthwhile = std::min(cost_.least_tokens(), cost_.tokens(kWorthwhile * plain.seconds));
  auto fitting = std::max(cost_.tokens(limit), worthwhile);
  if (chunks_ % kProbe == kProbe - 1) fitting = fitting >= 2 ? fitting / 2 : 2;
  // Not 0, which would ask for a step without prompts, and keep guesses out of it.
  const auto fewest = std::min({std::max(1, mix.prompts), kMoving, most});
  return static_cast<std::int32_t>(std::clamp(fitting, 1.0 * fewest, 1.0 * most));
}

}  // namespace tacho::engine
