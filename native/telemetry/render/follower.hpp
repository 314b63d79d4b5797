#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "../segment_error.hpp"
#include "derived_family.hpp"
#include "history.hpp"
#include "reading.hpp"
#include "view.hpp"

namespace tacho::telemetry {

/// Keeps what cells held in the past: those that derived views with windows need, and no others.
/// Thread-safe.
class Follower {
 public:
  /// Throws SegmentError for malformed views.
  explicit Follower(const std::vector<AnyViewSpec>& views);

  /// Takes in new series. One that comes after the first instant is taken to have begun at 0. A view that its
  /// metrics cannot give is followed no further, at no cost to the others; whoever shows it is told. Returns
  /// the first such error.
  std::optional<SegmentError> take_in(const Directory& directory);

  /// Keeps what the segment holds at this time, in seconds, which must be later than all before. More than
  /// two a second are passed over.
  void keep(const Segment& segment, double now, ProcessIdentity self);

  /// Whether windows of this length are kept of all these cells.
  bool follows(double over, std::span<const CellRange> cells) const;

  /// Takes from the totals what the cells followed held at the window's beginning; how long ago that was.
  double subtract_base(double now, double over, Reading& reading) const;

 private:
  void number_new();

  mutable std::mutex mutex_;  ///< Of all that follows.
  std::vector<std::unique_ptr<DerivedFamily>> views_;
  History history_;
  std::vector<CellRange> ranges_;
  std::vector<std::uint32_t> cells_;  ///< In the order of an instant's values.
  std::vector<char> is_followed_;     ///< Of each cell of a shard.
};

}  // namespace tacho::telemetry
