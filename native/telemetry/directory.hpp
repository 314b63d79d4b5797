#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "layout.hpp"

namespace tacho::telemetry {

class Mapping;

struct Series {
  std::uint32_t cell;
  double created;  ///< Unix seconds.
  /// The length-prefixed label values where they lie in the segment: compared byte for byte, they are a key
  /// that no choice of values can forge.
  std::string_view values;
};

struct Metric {
  MetricSpec spec;  ///< Without a name: of a type that this version does not know.
  double created;   ///< Unix seconds.
  std::uint32_t overflow_cell;
  std::uint32_t refused_cell;
  std::uint32_t* overflow_used;
  std::vector<Series> series;  ///< In the order of registration.
  std::unordered_map<std::string_view, std::uint32_t> cell_by_values;
};

/// An index over the records of a segment's directory, brought up to date by `refresh`. Records only ever
/// follow each other, so each is read once; readers need no lock. Not thread-safe.
class Directory {
 public:
  explicit Directory(const Mapping& mapping);

  /// Takes in the records published since. Throws SegmentError where they make no sense.
  void refresh();

  const std::vector<Metric>& metrics() const { return metrics_; }
  /// Null when there is none of that name.
  const Metric* find(std::string_view name) const;
  /// The first cell, or kNoCell.
  std::uint32_t find_series(std::uint32_t metric, std::string_view values) const;

 private:
  bool take(std::span<std::byte> record);
  bool take_metric(std::span<std::byte> record);
  bool take_series(std::span<std::byte> record);
  /// Cells are given out in the order of the records, so that no two series share one.
  bool take_cells(std::uint32_t first, std::uint64_t count);

  const Mapping& mapping_;
  std::uint64_t position_ = 0;
  std::uint64_t next_cell_ = 0;
  std::vector<Metric> metrics_;
};

/// Whether renderers can rely on the metric; a directory that holds another passes for damaged.
bool is_sound(const MetricSpec& spec);

/// Label values as a series record holds them.
std::string encode_values(std::span<const std::string> values);
/// The reverse; fewer values than `count` where the bytes end early.
std::vector<std::string_view> decode_values(std::string_view encoded, std::size_t count);

/// `created` in Unix seconds.
std::string encode_metric(const MetricSpec& spec, double created, std::uint32_t overflow_cell,
                          std::uint32_t refused_cell);
std::string encode_series(std::uint32_t metric, MetricType type, double created, std::uint32_t cell,
                          std::string_view values);

}  // namespace tacho::telemetry
