#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "../process_identity.hpp"
#include "../segment.hpp"

namespace tacho::telemetry {

/// Cells that follow each other.
struct CellRange {
  std::uint32_t first;
  std::uint32_t count;
};

/// Sorts the ranges and joins those that touch or overlap.
void join_ranges(std::vector<CellRange>& ranges);

/// All shards of a segment at one moment. Reads without a lock and writes nothing. Not thread-safe.
class Reading {
 public:
  /// Sums the cells of `summed`, which no two ranges share, over all shards. `self` is a process known to
  /// live, which saves asking the kernel.
  Reading(const Segment& segment, std::span<const CellRange> summed, ProcessIdentity self);

  /// Of a cell in a range given; 0 for one beyond those in use, which only a damaged header can bring about.
  double total(std::size_t cell) const { return cell < totals_.size() ? totals_[cell] : 0; }

  /// Takes a part off a total.
  void subtract(std::size_t cell, double part) {
    if (cell < totals_.size()) totals_[cell] -= part;
  }

  /// Sum of gauges whose writers live; nothing when there are none. So for the next.
  std::optional<double> living_sum(std::uint32_t cell, std::uint32_t mark) const;
  /// The one set last by a living writer.
  std::optional<double> living_last(std::uint32_t cell, std::uint32_t mark) const;
  /// Whether a living writer has the cell at other than 0; nothing when none has marked it.
  std::optional<double> living_any(std::uint32_t cell, std::uint32_t mark) const;
  /// The highest of all writers.
  std::optional<double> high_water(std::uint32_t cell, std::uint32_t mark) const;

  std::span<const std::span<double>> shards() const { return shards_; }

 private:
  std::span<const std::span<double>> living() const;
  bool lives(const ProcessIdentity& process) const;

  const Segment& segment_;
  const ProcessIdentity self_;
  std::vector<double> totals_;
  std::vector<std::span<double>> shards_;
  mutable std::optional<std::vector<std::span<double>>> living_;
};

}  // namespace tacho::telemetry
