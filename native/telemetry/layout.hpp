#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "metric_spec.hpp"

namespace tacho::telemetry {

// The file: header | shard table | directory | shards. All numbers in the host's byte order, which the magic
// shows. Every shard has the same cells; a file is sparse, so what was never claimed or registered costs
// nothing.

inline constexpr std::uint64_t kMagic = 0x4745'534f'4843'4154;  // "TACHOSEG" on a little-endian host
inline constexpr std::uint32_t kLayoutVersion = 2;
/// The start of each part: a multiple of every page size in use, so that parts never share a page.
inline constexpr std::uint64_t kAlignment = 65536;

struct Header {
  std::uint64_t magic;  ///< Stored last, with release: a file without it is not finished.
  std::uint32_t layout_version;
  std::uint32_t header_bytes;
  std::uint64_t file_bytes;
  std::uint64_t shard_table_offset;
  std::uint64_t shard_count;
  std::uint64_t directory_offset;
  std::uint64_t directory_bytes;
  std::uint64_t shards_offset;
  std::uint64_t shard_stride;
  std::uint64_t cells_per_shard;
  std::int64_t created_unix_ns;
  std::uint64_t boot;  ///< Hash of the boot id of the machine that created it.

  // Below: changed under the registration lock, stored with release, read without a lock.
  alignas(64) std::uint64_t directory_used;  ///< Bytes; whole records only.
  std::uint64_t cells_used;
  std::uint64_t shards_used;  ///< Shards from here on were never claimed, and their pages never touched.
};

/// One a shard. `pid` 0 is free. Stored `birth` first, so that a pid is never read with an earlier owner's.
struct alignas(64) ShardEntry {
  std::uint64_t birth;
  std::uint32_t pid;
};

enum class RecordKind : std::uint16_t { metric = 1, series = 2 };

// The directory: records one after another, each a multiple of 8 bytes. Strings are a 32-bit length and
// bytes.

struct RecordHead {
  std::uint32_t bytes;
  RecordKind kind;
  MetricType type;  ///< Of a metric; a series repeats its metric's.
};

/// Followed by the bounds (doubles), then the strings name, help, unit, label names, states; then, where not
/// all bounds are shown, by the count of those that are and their ranks (32-bit integers): programs that know
/// nothing of these pass over them, and where they are missing, padding says 0. Its number is its rank.
struct MetricRecord {
  RecordHead head;
  double created;  ///< Unix seconds.
  std::uint32_t label_count;
  std::uint32_t bound_count;
  std::uint32_t state_count;
  GaugeMode gauge_mode;
  std::int32_t schema;
  std::uint32_t exemplar_slots;
  std::uint32_t max_series;
  /// First cell of the series that takes label sets for which there is no room; kept free from the start.
  std::uint32_t overflow_cell;
  /// Counts those label sets.
  std::uint32_t refused_cell;
  std::uint32_t overflow_used;  ///< Atomic; 1 once the overflow series exists.
};

/// Followed by the label values, in the metric's order.
struct SeriesRecord {
  RecordHead head;
  double created;  ///< Unix seconds.
  std::uint32_t metric;
  std::uint32_t cell;
};

inline constexpr std::uint32_t kNoCell = UINT32_MAX;

struct Geometry {
  std::uint64_t shards;
  std::uint64_t cells_per_shard;
  std::uint64_t directory_bytes;
};

/// The header that a segment of these sizes has. Throws SegmentError for sizes out of range.
Header header_for(const Geometry& geometry);

/// Throws SegmentError unless `header` is one that `header_for` makes, in a file of `file_bytes` bytes.
void check_header(const Header& header, std::uint64_t file_bytes, const std::string& path);

}  // namespace tacho::telemetry
