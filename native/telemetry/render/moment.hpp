#pragma once

#include <deque>
#include <memory>
#include <span>

#include "reading.hpp"

namespace tacho::telemetry {

class Follower;

/// What one rendering reads: all cells as they are now, and how they changed over windows. Not thread-safe.
class Moment {
 public:
  /// `time` in seconds of the clock that the followers' instants have. All are borrowed.
  Moment(const Reading& now, double time, std::span<const std::shared_ptr<Follower>> followers)
      : now_(now), time_(time), followers_(followers) {}

  const Reading& now() const { return now_; }

  struct Change {
    const Follower* follower;
    double over;
    Reading reading;  ///< Its totals are what was added in the window.
    double seconds;   ///< Since the window's true beginning.
  };

  /// Null where nobody follows all of these cells for so long.
  const Change* change(double over, std::span<const CellRange> cells) const;

 private:
  const Reading& now_;
  const double time_;
  const std::span<const std::shared_ptr<Follower>> followers_;
  mutable std::deque<Change> changes_;
};

}  // namespace tacho::telemetry
