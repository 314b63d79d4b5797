#include "prompt_budget.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

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

}  // namespace

std::size_t PromptBudget::bucket(std::int32_t streams) {
  return std::min<std::size_t>(std::bit_width(static_cast<std::uint32_t>(std::max(1, streams))) - 1, 9);
}

void PromptBudget::observe(std::int32_t streams, std::int32_t more, double seconds) {
  if (streams == 0) return;
  if (more == 0) {
    auto& usual = step_seconds_[bucket(streams)];
    usual = usual == 0 ? seconds : usual + kWeight * (std::min(seconds, kOutlier * usual) - usual);
    return;
  }
  const double usual = step_seconds(streams);
  if (usual == 0) return;
  const double pace = more / usual;
  const double room = (multiple_ - 1) * usual / std::max(seconds - usual, 0.01 * usual);
  // A step that kept the limit says that more fits, one that held less than it might says nothing else.
  if (room >= 1) {
    pace_ = std::max(pace_, pace * std::min(room, kGrowth));
  } else {
    pace_ = std::min(pace_ == 0 ? pace : pace_, pace * std::max(room, kShrink));
  }
}

std::int32_t PromptBudget::tokens(std::int32_t streams, std::int32_t most) const {
  if (streams == 0) return most;
  const double usual = step_seconds(streams);
  if (usual == 0 || pace_ == 0) return std::min(kFirst, most);
  const double fitting = pace_ * usual;
  return fitting >= most ? most : std::max(kFewest, static_cast<std::int32_t>(fitting));
}

/// The nearest number of streams that was seen stands in for one that was not.
double PromptBudget::step_seconds(std::int32_t streams) const {
  const auto wanted = static_cast<std::ptrdiff_t>(bucket(streams));
  for (std::ptrdiff_t apart = 0; apart < std::ssize(step_seconds_); ++apart) {
    for (const auto i : {wanted - apart, wanted + apart}) {
      if (i < 0 || i >= std::ssize(step_seconds_)) continue;
      if (const auto seconds = step_seconds_[static_cast<std::size_t>(i)]; seconds > 0) return seconds;
    }
  }
  return 0;
}

}  // namespace tacho::engine
