#pragma once

#include <algorithm>
#include <utility>

#include "clock.hpp"
#include "returns.hpp"

namespace tacho::telemetry::nvml {

/// Delays that double from one failure to the next, so that nothing is tried hot.
class BackOff {
 public:
  explicit BackOff(Seconds first = Seconds(1)) : first_(first), next_(first) {}

  Seconds next() { return std::exchange(next_, std::min(next_ * 2, kMost)); }
  void reset() { next_ = first_; }

 private:
  static constexpr Seconds kMost{300};

  Seconds first_;
  Seconds next_;
};

/// When something is asked next. What fails or takes long is asked ever more seldom, until it answers well
/// again; what says three times that it is not supported is not asked any more.
class Schedule {
 public:
  explicit Schedule(Seconds period) : period_(period), back_off_(std::max(period, Seconds(1))) {}

  bool is_due(Instant now) const { return unsupported_ < kMostUnsupported && now >= next_; }

  /// `took`: the time in NVML. `now`: when it ended.
  void note(Instant now, Return result, Seconds took) {
    const auto verdict = verdict_of(result);
    unsupported_ = verdict == Verdict::unsupported ? unsupported_ + 1 : 0;
    const bool well = verdict == Verdict::unsupported || (verdict == Verdict::fine && took <= kLongest);
    if (well) back_off_.reset();
    next_ = now + (well ? period_ : back_off_.next());
  }

 private:
  static constexpr int kMostUnsupported = 3;
  /// A hundred times what the slowest call takes in health; it would be a tenth of each second.
  static constexpr Seconds kLongest{0.1};

  Seconds period_;
  BackOff back_off_;
  Instant next_{};
  int unsupported_ = 0;
};

}  // namespace tacho::telemetry::nvml
