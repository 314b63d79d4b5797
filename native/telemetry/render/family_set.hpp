#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../segment_error.hpp"
#include "encoder.hpp"
#include "names.hpp"
#include "overflow_counts.hpp"
#include "shown_family.hpp"
#include "view.hpp"

namespace tacho::telemetry {

/// The families that a rendering shows, with what the formats have prepared of them. Growing it is not
/// thread-safe; rendering is.
class FamilySet {
 public:
  /// Every metric as it is, and how many label sets found no room.
  FamilySet() = default;
  /// These views, after every metric or alone. Throws SegmentError when one is malformed, or when two would
  /// have a name in common.
  explicit FamilySet(const std::vector<AnyViewSpec>& views, bool with_metrics = false);

  /// Whether `refresh` would take something in.
  bool is_behind(const Directory& directory, Format format) const;
  /// Throws SegmentError for a view that its metrics cannot give, or whose name one of those has that are
  /// shown beside it, and from then on always.
  void refresh(const Directory& directory, Format format);

  /// The cells that `append_to` wants summed.
  std::span<const CellRange> summed() const { return summed_; }
  /// Throws SegmentError for a window that nobody follows.
  void append_to(std::string& out, const Moment& moment, Format format) const;

  /// Bytes of the longest rendering so far, to reserve room for the next.
  std::size_t longest(Format format) const { return costs_[static_cast<std::size_t>(format)].bytes; }
  /// What the last rendering took; zero before the first.
  std::chrono::nanoseconds last_duration(Format format) const {
    return std::chrono::nanoseconds(costs_[static_cast<std::size_t>(format)].nanoseconds);
  }
  void note_cost(Format format, std::size_t bytes, std::chrono::nanoseconds duration);

  /// All names in use.
  const Names& names() const { return names_; }

 private:
  using Families = std::vector<std::unique_ptr<ShownFamily>>;

  /// Of one format; in the order of the families.
  struct FormatState {
    std::deque<Prepared> metrics;
    std::deque<Prepared> views;
    Prepared overflow_counts;
  };

  struct Cost {
    std::atomic<std::size_t> bytes = 0;
    std::atomic<std::int64_t> nanoseconds = 0;
  };

  void take_in(const Directory& directory);
  void name_families();
  void prepare(Format format);

  const bool shows_metrics_ = true;
  Families metrics_;
  Families views_;
  OverflowCounts overflow_counts_;
  Names names_;
  std::vector<CellRange> summed_;
  std::array<FormatState, kFormats> formats_;
  std::optional<SegmentError> error_;
  std::array<Cost, kFormats> costs_{};
};

}  // namespace tacho::telemetry
