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

void PromptBudget::observe(std::int32_t streams, std::int32_t more, double seconds) {
  if (streams == 0) return;
  auto& plain = plain_[bucket(streams)];
  if (more == 0) {
    const auto held = std::min(seconds, kOutlier * plain.seconds);
    plain.seconds = plain.seconds == 0 ? seconds : plain.seconds + kWeight * (held - plain.seconds);
    plain.age = 0;
    return;
  }
  ++plain.age;
  if (plain.seconds == 0) return;
  const double pace = more / plain.seconds;
  const double room =
      (multiple_ - 1) * plain.seconds / std::max(seconds - plain.seconds, 0.01 * plain.seconds);
  // A step that kept the limit says that more fits; one that held less than it might says nothing else.
  if (room >= 1) {
    pace_ = std::max(pace_, pace * std::min(room, kGrowth));
  } else {
    pace_ = std::min(pace_ == 0 ? pace : pace_, pace * std::max(room, kShrink));
  }
}

std::int32_t PromptBudget::tokens(std::int32_t streams, std::int32_t most) const {
  if (streams == 0) return most;
  const auto& plain = plain_[bucket(streams)];
  if (plain.seconds == 0 || plain.age >= kOld) return 0;
  if (pace_ == 0) return std::min(kFirst, most);
  const double fitting = pace_ * plain.seconds;
  return fitting >= most ? most : std::max(kFewest, static_cast<std::int32_t>(fitting));
}

}  // namespace tacho::engine
