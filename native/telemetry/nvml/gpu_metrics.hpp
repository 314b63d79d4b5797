#pragma once

#include <array>
#include <cstdint>

#include "../metric_spec.hpp"

namespace tacho::telemetry::nvml {

enum class Metric : std::uint8_t {
  devices,
  last_read,
  up,
  info,
  utilization,
  memory_utilization,
  engine_active,
  sm_active,
  sm_occupancy,
  pipe_active,
  memory_bandwidth_utilization,
  encoder_utilization,
  decoder_utilization,
  memory_total,
  memory_used,
  memory_free,
  memory_reserved,
  power,
  power_limit,
  energy,
  temperature,
  clock,
  throttle_active,
  throttled_time,
  pcie_bytes,
  pcie_replays,
  pcie_errors,
  nvlink_bytes,
  nvlink_errors,
  ecc_errors,
  retired_pages,
  retired_pages_pending,
  remapped_rows,
  remapped_rows_pending,
  row_remap_failed,
  recovery_action,
  xid_errors,
  process_memory,
  processes,
  mig_enabled,
  mig_info,
  mig_memory_total,
  mig_memory_used,
  mig_memory_free,
  mig_memory_reserved,
  nvml_time,
  nvml_calls,
  nvml_call_duration,
  count,
};

struct MetricRow {
  Metric metric;
  MetricType type;
  bool per_gpu;  ///< Has the labels `gpu` and `uuid`.
  const char* name;
  const char* unit;
  std::array<const char*, 5> labels;  ///< The others; null after the last.
  const char* help;
};

/// Every metric of the GPUs. Each of a GPU carries `gpu`, NVML's index, which people and nvidia-smi use, and
/// `uuid`, which stays with the hardware when indices change; one goes with the other, so both cost no series
/// more.
///
/// The hardware's own totals are counters where their growth matters: they hold what was added since the
/// segment was made, as far as we watched, and never go back, though the driver starts anew. Counts that tell
/// of the hardware's health (ECC errors, retired pages, remapped rows) are gauges of what the hardware says.
/// What a GPU does not support has no series.
const MetricRow& row_of(Metric metric);

/// As the segment wants it.
MetricSpec spec_of(const MetricRow& row);

}  // namespace tacho::telemetry::nvml
