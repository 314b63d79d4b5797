#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "directory.hpp"
#include "layout.hpp"
#include "mapping.hpp"
#include "process_identity.hpp"

namespace tacho::telemetry {

class Shard;

/// Where a declared metric lies. `overflow_cell` is kNoCell for a metric without labels.
struct MetricPlace {
  std::uint32_t number;
  std::uint32_t overflow_cell;
};

/// A mapped segment: its metrics, and who writes where. Thread-safe.
class Segment : public std::enable_shared_from_this<Segment> {
 public:
  /// Throws SegmentError when the file exists or the sizes are out of range. Without a path, no file.
  static std::shared_ptr<Segment> create(const std::optional<std::string>& path, const Geometry& geometry);
  /// Throws SegmentError unless `path` is a sound segment of this layout. With `Access::read`, only the
  /// constant members may be used.
  static std::shared_ptr<Segment> attach(const std::string& path, Access access = Access::read_and_write);

  /// The segment that an earlier run left at `path`, or a new one where there is none, or where it has
  /// another layout, is damaged, or is `unfit`. Of those who do this at once, all get the same. Throws
  /// SegmentError when the file is none of ours, or is unfit but has living writers.
  static std::shared_ptr<Segment> adopt(const std::string& path, const Geometry& geometry,
                                        const Segment* unfit = nullptr);

  const std::optional<std::string>& path() const { return path_; }
  const Mapping& mapping() const { return *mapping_; }

  /// Finds the metric or registers it; one without labels gets its series with it. Throws SegmentError when
  /// it is registered with another type, labels or bounds, or when there is no room.
  MetricPlace define(const MetricSpec& spec);

  /// Takes over a shard: one given back, else one whose process died, else a fresh one. Its counters and
  /// histograms go on from where they stood, its gauges from nothing. Throws SegmentError when none is left.
  std::unique_ptr<Shard> claim();

  /// Whether any process that lives holds a shard.
  bool has_writers() const;

  /// Removes the file's name, once.
  void unlink();

  Header& header() const { return *reinterpret_cast<Header*>(mapping_->data()); }
  std::span<double> cells(std::uint64_t shard) const;
  /// Pid 0 when the shard is free.
  ProcessIdentity owner(std::uint64_t shard) const;

 private:
  friend class Shard;

  Segment(std::unique_ptr<Mapping> mapping, std::optional<std::string> path);

  /// `cell` is the series' first, or the overflow series' when `refused_cell` is not kNoCell.
  struct Resolved {
    std::uint32_t cell;
    bool starts_shown;
    std::uint32_t refused_cell = kNoCell;
  };
  Resolved resolve(std::uint32_t metric, std::span<const std::string> values);
  Resolved refuse(std::uint32_t metric);
  static Resolved overflow_of(const Metric& metric);

  /// Null unless `path` is a sound segment of this layout.
  static std::shared_ptr<Segment> sound_segment(const std::string& path);
  /// A new file that has its name only once it is finished; null when another was faster.
  static std::shared_ptr<Segment> create_complete(const std::string& path, const Geometry& geometry);

  ShardEntry& entry(std::uint64_t shard) const;

  // The following want mutex_ and, from allocate on, the registration lock.
  std::uint32_t add_series(std::uint32_t metric, std::string_view values);
  std::uint32_t allocate(std::uint64_t cells);
  /// False where there is no room; then gives back what was allocated last, from `cells` on.
  bool publish(const std::string& record, std::uint32_t cells);
  std::optional<std::uint64_t> vacant_shard() const;
  void forget_presence(std::span<double> cells);

  std::unique_ptr<Mapping> mapping_;
  std::optional<std::string> path_;
  bool named_;
  const ProcessIdentity self_;
  std::mutex mutex_;
  Directory directory_;
};

/// One writer's hold on a shard. Given back by the destructor, at the latest. Thread: the writer's.
class Shard {
 public:
  Shard(std::shared_ptr<Segment> segment, std::uint64_t index);
  ~Shard() { release(); }
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  std::span<double> cells() const { return cells_; }
  std::uint64_t index() const { return index_; }

  /// The first cell of the series with these label values, registered if it is new. Without room for it, the
  /// metric's overflow series, and the refusal is counted. `values` has one for each label.
  std::uint32_t resolve(std::uint32_t metric, std::span<const std::string> values);

  /// The metric's overflow series for label values that no format can carry; the refusal is counted. Only for
  /// metrics with labels.
  std::uint32_t refuse(std::uint32_t metric);

  void release();

 private:
  std::uint32_t use(const Segment::Resolved& series);

  std::shared_ptr<Segment> segment_;
  std::uint64_t index_;
  std::span<double> cells_;
  bool held_ = true;
};

}  // namespace tacho::telemetry
