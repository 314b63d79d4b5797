#include "draft_policy.hpp"

#include <algorithm>
#include <utility>

namespace tacho::engine {

namespace {

/// What a verified guess still counts after the next one: the last ten or so decide. With 0.85 a run of bad
/// luck stopped drafts that pay (82 % of the best speed at worst, over all costs and acceptances); with 0.93
/// it takes longer to see that a copied passage has ended, for hardly more speed.
constexpr double kMemory = 0.9;

/// Never certain, or the first wrong guess would be as long as allowed.
constexpr double kMostCertain = 0.98;

/// Gain below which guessing is not worth its noise.
constexpr double kLeastGain = 1.05;

/// Guesses after a pause: enough to tell by chance from copied text.
constexpr std::int32_t kTrial = 4;

/// Steps. Four wrong guesses in 256 steps cost 1.6 % where verifying one costs as much as a step.
constexpr std::int32_t kShortestPause = 32;
constexpr std::int32_t kLongestPause = 256;

/// The length that brings most tokens for its time when each guess is right with probability `right`.
std::int32_t best_length(double right, const DraftCost& cost, std::int32_t most) {
  const auto sequences = std::max(1, cost.sequences);
  const auto share = cost.step_seconds / sequences;
  if (share <= 0) return 0;
  std::int32_t best = 0;
  double best_gain = kLeastGain;
  double tokens = 1;
  double reached = 1;  // the probability that all guesses up to this one are right
  for (std::int32_t k = 1; k <= most; ++k) {
    reached *= right;
    tokens += reached;
    const auto gain = tokens * share / (share + cost.guessing_seconds / sequences + k * cost.token_seconds);
    if (gain <= best_gain) continue;
    best_gain = gain;
    best = k;
  }
  return best;
}

}  // namespace

std::int32_t DraftPolicy::wanted(const DraftCost& cost, std::int32_t most) {
  if (pause_left_ > 0) {
    --pause_left_;
    trying_ = true;
    return 0;
  }
  if (best_length(kMostCertain, cost, most) == 0) return 0;
  if (trying_) return std::min(kTrial, most);
  const auto best = best_length(std::min(kMostCertain, right_ / verified_), cost, most);
  if (best > 0) {
    next_pause_ = kShortestPause;
  } else {
    pause_left_ = std::max(next_pause_, kShortestPause);
    next_pause_ = std::min(2 * pause_left_, kLongestPause);
  }
  return best;
}

void DraftPolicy::observed(std::int32_t drafted, std::int32_t accepted) {
  if (drafted == 0) return;
  // What came before the pause is too old to outweigh the trial.
  if (trying_) right_ /= std::max(1.0, std::exchange(verified_, 1.0));
  trying_ = false;
  // The guesses after the first wrong one say nothing.
  const auto verified = std::min(drafted, accepted + 1);
  for (std::int32_t i = 0; i < verified; ++i) {
    verified_ = kMemory * verified_ + 1;
    right_ = kMemory * right_ + (i < accepted ? 1 : 0);
  }
}

}  // namespace tacho::engine
