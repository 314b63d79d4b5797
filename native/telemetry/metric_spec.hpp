#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tacho::telemetry {

/// Numbers are part of the layout. A reader passes over types that it does not know.
enum class MetricType : std::uint16_t {
  counter = 1,
  gauge = 2,
  histogram = 3,
  native_histogram = 4,
  info = 5,
  stateset = 6,
};

/// How a gauge's writers make one value. `sum` and `last` know the living writers only; `high_water` is the
/// highest value since the series began, whoever raised it.
enum class GaugeMode : std::uint32_t { sum = 0, last = 1, high_water = 2 };

/// Resolutions that Prometheus knows: 2^schema buckets for each doubling.
constexpr std::int32_t kLeastSchema = -4;
constexpr std::int32_t kMostSchema = 8;

/// What a program declares of a metric.
struct MetricSpec {
  MetricType type;
  std::string name;  ///< A counter's ends in _total, an info's in _info.
  std::string help;
  std::vector<std::string> labels;
  /// Inclusive upper bounds. Of a native histogram: 2^(k / 2^schema) for consecutive k, the first being the
  /// zero threshold.
  std::vector<double> bounds;
  std::uint32_t max_series = 1000;
  std::string unit;                 ///< Empty, or the name's last word before _total.
  std::vector<std::string> states;  ///< Of a state set.
  GaugeMode gauge_mode = GaugeMode::sum;
  std::int32_t schema = 0;           ///< Of a native histogram.
  std::uint32_t exemplar_slots = 0;  ///< Exemplars that each series keeps in each shard.
  /// Of a histogram: which bounds are shown under its own name, in their order; none: all.
  std::vector<std::uint32_t> shown;
};

/// The first cell after a series' value says whether that is to be shown: a sum's is 1 while a handle is
/// held, a last value's the instant of setting in seconds of CLOCK_MONOTONIC, a high water's 1 once raised,
/// a state set's 1 once set.
constexpr std::uint32_t kMarkCells = 1;

/// An exemplar in a shard. The first cell is a sequence number (an integer's bits), odd while the writer is
/// at work; then value, Unix seconds, and the ids' bytes: 16 of the trace, 8 of the span.
constexpr std::uint32_t kExemplarCells = 6;

/// Cells that hold a series' value: see cells.hpp for what lies in them.
inline std::uint64_t value_cells(const MetricSpec& spec) {
  switch (spec.type) {
    case MetricType::histogram:
    case MetricType::native_histogram:
      return spec.bounds.size() + 2;
    case MetricType::gauge:
      return 1 + kMarkCells;
    case MetricType::stateset:
      return spec.states.size() + kMarkCells;
    default:
      return 1;
  }
}

/// All cells of a series, in each shard: its value, then its exemplars.
inline std::uint64_t series_cells(const MetricSpec& spec) {
  return value_cells(spec) + std::uint64_t{spec.exemplar_slots} * kExemplarCells;
}

/// Whether a dead writer's value is to be forgotten.
inline bool lives_with_its_writer(const MetricSpec& spec) {
  if (spec.type == MetricType::gauge) return spec.gauge_mode != GaugeMode::high_water;
  return spec.type == MetricType::info || spec.type == MetricType::stateset;
}

}  // namespace tacho::telemetry
