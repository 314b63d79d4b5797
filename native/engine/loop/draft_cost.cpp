#include "draft_cost.hpp"

#include <algorithm>
#include <utility>

namespace tacho::engine {

namespace {

/// Weight of the latest measurement.
constexpr double kNewest = 0.2;

/// Measurements before one is believed: the first may have been held up, and an overestimated step makes
/// every guess seem cheap.
constexpr std::int32_t kEnough = 3;

/// Steps with guesses after which a plain one is wanted again; it takes 0.4 % of the speed.
constexpr std::int32_t kOld = 256;

/// What is left of a guess's cost after a plain step. When guesses do not pay nobody measures them any more,
/// and whatever made them dear may have ended: half is forgotten in 350 steps.
constexpr double kFaith = 0.998;

/// Part of what the first guesses took that counts: they may have been held up.
constexpr double kFirst = 0.25;

}  // namespace

void DraftCosts::observed(std::int32_t sequences, std::int32_t drafted, double seconds) {
  const auto index = static_cast<std::size_t>(sequences);
  if (plain_.size() <= index) plain_.resize(index + 1);
  auto& plain = plain_[index];
  if (drafted == 0) {
    // Until there are enough, the quickest: what holds a step up never makes it quicker.
    const bool few = plain.measured < kEnough;
    const auto quicker = plain.measured == 0 ? seconds : std::min(plain.seconds, seconds);
    plain.seconds = few ? quicker : plain.seconds + kNewest * (seconds - plain.seconds);
    plain.measured += few ? 1 : 0;
    plain.age = 0;
    guesses_.fade(kFaith);
  } else if (plain.measured > 0) {
    ++plain.age;
    observe_guesses(drafted, std::clamp(seconds - plain.seconds, 0.0, drafted * plain.seconds));
  }
}

/// `added` is never more than a whole step each: that was something else.
void DraftCosts::observe_guesses(std::int32_t drafted, double added) {
  // The first step with guesses reserves its graph, and one that is held up must not end all guessing.
  if (!std::exchange(warm_, true)) return;
  guesses_.observe(drafted, guesses_.is_known() ? added : kFirst * added);
}

DraftCost DraftCosts::of(std::int32_t sequences) const {
  const auto* plain = known(sequences);
  return {.step_seconds = plain == nullptr ? 0 : plain->seconds,
          .token_seconds = guesses_.token_seconds(),
          .sequences = sequences,
          .guessing_seconds = guesses_.chunk_seconds()};
}

const DraftCosts::Plain* DraftCosts::known(std::int32_t sequences) const {
  const auto index = static_cast<std::size_t>(sequences);
  if (index >= plain_.size()) return nullptr;
  const auto& plain = plain_[index];
  return plain.measured < kEnough || plain.age >= kOld ? nullptr : &plain;
}

}  // namespace tacho::engine
