#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "../bucket_index.hpp"
#include "../segment.hpp"
#include "gpu_metrics.hpp"

namespace tacho::telemetry::nvml {

/// A series by its labels, registered when it gets its first value.
struct Series {
  static constexpr std::uint32_t kUnresolved = kNoCell;
  static constexpr std::uint32_t kDropped = kNoCell - 1;  ///< There was no room for it.

  Metric metric;
  std::vector<std::string> labels;
  std::uint32_t cell = kUnresolved;
};

/// The one way from NVML to the segment: a shard that the reading thread writes to until another closes it.
/// Each write takes a lock that is free but for the moment of closing (20 ns, a few hundred times a second),
/// so that whoever closes need not wait for a call of NVML: what this returns later is dropped. Thread-safe.
class Recorder {
 public:
  /// Throws SegmentError when no shard is left.
  explicit Recorder(std::shared_ptr<Segment> segment);

  /// Shows the gauge, or the info with value 1.
  void set(Series& series, double value);
  /// Takes the gauge or info away until it is set again.
  void hide(Series& series);
  /// Adds to the counter; 0 shows it.
  void add(Series& series, double n);
  void observe(Series& series, double value);

  /// Hands the shard back: totals stay, gauges vanish, and nothing is written any more.
  void close();
  bool is_closed() const { return closed_.load(std::memory_order_relaxed); }

  /// Why a series could not be registered; empty while all could.
  std::string problem() const;

 private:
  // The following want mutex_.
  double* cells_of(Series& series);
  std::uint32_t resolve(const Series& series);
  const MetricPlace& place_of(Metric metric);

  mutable std::mutex mutex_;
  const std::shared_ptr<Segment> segment_;
  std::unique_ptr<Shard> shard_;
  std::atomic<bool> closed_ = false;
  std::array<std::optional<MetricPlace>, static_cast<std::size_t>(Metric::count)> places_;
  const BucketIndex duration_buckets_;
  std::string problem_;
};

}  // namespace tacho::telemetry::nvml
