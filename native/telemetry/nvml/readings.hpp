#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gpu_metrics.hpp"
#include "session.hpp"

namespace tacho::telemetry::nvml {

/// What is asked for values. One call each, but for the fields: those that are due share one.
enum class Source : std::uint8_t {
  field,
  utilization,
  memory,
  power,
  temperature,
  clocks,
  throttling,
  encoder,
  decoder,
  recovery,
};

/// Every reading (1 s by default), or every ten seconds: what seldom changes or costs a driver call of its
/// own.
enum class Pace : std::uint8_t { always, seldom };

struct Reading {
  Metric metric;
  std::array<const char*, 2> labels;  ///< Null after the last.
  Source source;
  unsigned item;  ///< A field's number, or which of the values that the source gives.
  double scale;   ///< Makes the base unit.
  Pace pace = Pace::always;
  unsigned scope = 0;  ///< Of a field.
  bool wraps = false;  ///< Of a total: it may be a short counter.
};

std::span<const Reading> all_readings();

/// The values of a source other than `field`; NaN for one that the GPU does not have.
using Values = std::array<double, 9>;

Return read_source(Session& session, Device device, Source source, Values& values);

}  // namespace tacho::telemetry::nvml
