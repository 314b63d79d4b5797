#pragma once

#include <array>
#include <atomic>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "../segment_error.hpp"
#include "encoder.hpp"
#include "names.hpp"
#include "overflow_counts.hpp"
#include "projection.hpp"

namespace tacho::telemetry {

/// The families that a rendering shows, with what the formats have prepared of them. Growing it is not
/// thread-safe; rendering is.
class FamilySet {
 public:
  /// Every metric as it is, and how many label sets found no room.
  FamilySet() = default;
  /// These views alone. Throws SegmentError when one is malformed, or when two would have a name in common.
  explicit FamilySet(const std::vector<ViewSpec>& views);

  /// Whether `refresh` would take something in.
  bool is_behind(const Directory& directory, Format format) const;
  /// Throws SegmentError for a view that its metrics cannot give, and from then on always.
  void refresh(const Directory& directory, Format format);

  /// The cells that `append_to` wants summed.
  std::span<const CellRange> summed() const { return summed_; }
  void append_to(std::string& out, const Reading& reading, Format format) const;

  /// Bytes of the largest rendering in this format yet; to reserve room, and to tell how long the next takes.
  std::size_t longest(Format format) const { return longest_[static_cast<std::size_t>(format)]; }
  void note_length(Format format, std::size_t bytes);

  /// All names in use.
  const Names& names() const { return names_; }

 private:
  /// Of one format; in the order of the families.
  struct FormatState {
    std::deque<Prepared> families;
    Prepared overflow_counts;
  };

  void take_in(const Directory& directory);
  void name_families();
  void prepare(Format format);

  const bool shows_metrics_ = true;
  std::deque<Projection> projections_;
  OverflowCounts overflow_counts_;
  Names names_;
  std::vector<CellRange> summed_;
  std::array<FormatState, kFormats> formats_;
  std::optional<SegmentError> error_;
  std::array<std::atomic<std::size_t>, kFormats> longest_{};
};

}  // namespace tacho::telemetry
