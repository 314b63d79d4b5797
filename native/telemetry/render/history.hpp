#pragma once

#include <deque>
#include <vector>

namespace tacho::telemetry {

/// What followed cells held at one time. Those that came later are missing: they held 0.
struct Instant {
  double time;  ///< Seconds.
  std::vector<double> values;
};

/// Instants of the past, for windows to begin at: each second's for a minute, then one every ten seconds, so
/// that a window has its length and at most as much more, and a second for each instant that was not kept. 8
/// bytes a cell and instant: half a kilobyte a cell for windows of a minute, 3.4 KB for those of an hour. Not
/// thread-safe.
class History {
 public:
  /// `horizon`: the longest window in seconds.
  explicit History(double horizon) : horizon_(horizon) {}

  double horizon() const { return horizon_; }
  bool empty() const { return fine_.empty(); }
  double newest() const { return fine_.back().time; }
  std::size_t size() const { return fine_.size() + coarse_.size(); }

  /// Later than all before.
  void keep(Instant instant);

  /// The newest that is at least `over` old, else the oldest; there must be one.
  const Instant& base(double now, double over) const;

 private:
  void retire_oldest();

  const double horizon_;
  std::deque<Instant> coarse_;
  std::deque<Instant> fine_;
};

}  // namespace tacho::telemetry
