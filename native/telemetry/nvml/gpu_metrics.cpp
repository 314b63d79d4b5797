#include "gpu_metrics.hpp"

#include <cmath>
#include <cstddef>

namespace tacho::telemetry::nvml {
namespace {

using enum Metric;
constexpr auto kCounter = MetricType::counter;
constexpr auto kGauge = MetricType::gauge;
constexpr auto kInfo = MetricType::info;
constexpr auto kHistogram = MetricType::native_histogram;

constexpr bool kGpu = true;
constexpr bool kReader = false;

// Constant data alone: the reading thread may outlive the destructors of a process that exits.
// clang-format off
constexpr std::array<MetricRow, static_cast<std::size_t>(Metric::count)> kRows{{
    {devices, kGauge, kReader, "tacho_gpu_devices", "", {},
     "GPUs that answer."},
    {last_read, kGauge, kReader, "tacho_gpu_last_read_timestamp_seconds", "seconds", {},
     "Unix time at which the GPUs were last read to the end; it stands still while a call of NVML hangs."},
    {up, kGauge, kGpu, "tacho_gpu_up", "", {},
     "Whether the GPU answers; 0 once it is lost."},
    {info, kInfo, kGpu, "tacho_gpu_info", "", {"name", "serial", "pci_bus_id", "driver_version", "cuda_version"},
     "The GPU, its driver, and the highest CUDA version that the driver supports."},
    {utilization, kGauge, kGpu, "tacho_gpu_utilization_ratio", "ratio", {},
     "Share of the last sample period (1/6 to 1 s) in which a kernel ran."},
    {memory_utilization, kGauge, kGpu, "tacho_gpu_memory_utilization_ratio", "ratio", {},
     "Share of the last sample period in which device memory was read or written."},
    {engine_active, kGauge, kGpu, "tacho_gpu_engine_active_ratio", "ratio", {},
     "Share of the time between the last two readings in which a graphics or compute engine was at work; GPUs since Hopper that are not partitioned."},
    {sm_active, kGauge, kGpu, "tacho_gpu_sm_active_ratio", "ratio", {},
     "Share of the SMs with work, as the mean between the last two readings; GPUs since Hopper that are not partitioned."},
    {sm_occupancy, kGauge, kGpu, "tacho_gpu_sm_occupancy_ratio", "ratio", {},
     "Warps that the SMs hold over the most they can, as the mean between the last two readings; GPUs since Hopper that are not partitioned."},
    {pipe_active, kGauge, kGpu, "tacho_gpu_pipe_active_ratio", "ratio", {"pipe"},
     "Share of its peak at which a kind of arithmetic ran, as the mean between the last two readings; GPUs since Hopper that are not partitioned."},
    {memory_bandwidth_utilization, kGauge, kGpu, "tacho_gpu_memory_bandwidth_utilization_ratio", "ratio", {},
     "Share of the device memory's bandwidth in use, as the mean between the last two readings; GPUs since Hopper that are not partitioned."},
    {encoder_utilization, kGauge, kGpu, "tacho_gpu_encoder_utilization_ratio", "ratio", {},
     "Utilisation of the video encoder."},
    {decoder_utilization, kGauge, kGpu, "tacho_gpu_decoder_utilization_ratio", "ratio", {},
     "Utilisation of the video decoder."},
    {memory_total, kGauge, kGpu, "tacho_gpu_memory_total_bytes", "bytes", {},
     "Device memory: used, reserved and free."},
    {memory_used, kGauge, kGpu, "tacho_gpu_memory_used_bytes", "bytes", {},
     "Device memory allocated; of drivers before R510, with what they reserve."},
    {memory_free, kGauge, kGpu, "tacho_gpu_memory_free_bytes", "bytes", {},
     "Device memory unused."},
    {memory_reserved, kGauge, kGpu, "tacho_gpu_memory_reserved_bytes", "bytes", {},
     "Device memory that the driver and the firmware keep for themselves."},
    {power, kGauge, kGpu, "tacho_gpu_power_watts", "watts", {},
     "Power drawn; the mean of a second since Ampere, instantaneous on GA100 and before."},
    {power_limit, kGauge, kGpu, "tacho_gpu_power_limit_watts", "watts", {},
     "Power limit in force."},
    {energy, kCounter, kGpu, "tacho_gpu_energy_joules_total", "joules", {},
     "Energy used while watched, by the GPU's own meter."},
    {temperature, kGauge, kGpu, "tacho_gpu_temperature_celsius", "celsius", {"sensor"},
     "Temperature of the die and of the memory."},
    {clock, kGauge, kGpu, "tacho_gpu_clock_hertz", "hertz", {"clock"},
     "Clock frequency."},
    {throttle_active, kGauge, kGpu, "tacho_gpu_throttle_active", "", {"reason"},
     "Whether clocks are held below what was asked for. An idle GPU's low clocks are not counted."},
    {throttled_time, kCounter, kGpu, "tacho_gpu_throttled_seconds_total", "seconds", {"reason"},
     "Time in which clocks were held back while watched, by the GPU's own clock."},
    {pcie_bytes, kCounter, kGpu, "tacho_gpu_pcie_bytes_total", "bytes", {"direction"},
     "PCIe traffic while watched. Too low where the hardware's counter wraps (at 4 GiB on many GPUs) twice"
     " between two readings."},
    {pcie_replays, kCounter, kGpu, "tacho_gpu_pcie_replays_total", "", {},
     "PCIe packets sent again while watched."},
    {pcie_errors, kCounter, kGpu, "tacho_gpu_pcie_errors_total", "", {"error"},
     "PCIe errors while watched."},
    {nvlink_bytes, kCounter, kGpu, "tacho_gpu_nvlink_bytes_total", "bytes", {"direction"},
     "Data over all NVLinks while watched."},
    {nvlink_errors, kCounter, kGpu, "tacho_gpu_nvlink_errors_total", "", {"error"},
     "Errors on all NVLinks while watched."},
    {ecc_errors, kGauge, kGpu, "tacho_gpu_ecc_errors", "", {"error", "scope"},
     "ECC errors since the driver was loaded (volatile) and in the GPU's life (aggregate)."},
    {retired_pages, kGauge, kGpu, "tacho_gpu_retired_pages", "", {"cause"},
     "Pages of device memory taken out of use; GPUs before Ampere."},
    {retired_pages_pending, kGauge, kGpu, "tacho_gpu_retired_pages_pending", "", {},
     "Whether pages wait for a reset to be taken out of use."},
    {remapped_rows, kGauge, kGpu, "tacho_gpu_remapped_rows", "", {"cause"},
     "Rows of device memory replaced by spare ones; GPUs since Ampere."},
    {remapped_rows_pending, kGauge, kGpu, "tacho_gpu_remapped_rows_pending", "", {},
     "Whether rows wait for a reset to be replaced."},
    {row_remap_failed, kGauge, kGpu, "tacho_gpu_row_remap_failed", "", {},
     "Whether a row could not be replaced: the GPU wants replacing."},
    {recovery_action, kGauge, kGpu, "tacho_gpu_recovery_action", "", {"action"},
     "1 for what the driver asks for, so that the GPU works again."},
    {xid_errors, kCounter, kGpu, "tacho_gpu_xid_errors_total", "", {"code"},
     "XID errors that the driver told of while watched."},
    {process_memory, kGauge, kGpu, "tacho_gpu_process_memory_bytes", "bytes", {"process"},
     "Device memory of the compute processes of one name; \"unknown\" where that is hidden, as in "
     "containers."},
    {processes, kGauge, kGpu, "tacho_gpu_processes", "", {},
     "Processes with a compute context."},
    {mig_enabled, kGauge, kGpu, "tacho_gpu_mig_enabled", "", {},
     "Whether the GPU is partitioned (MIG)."},
    {mig_info, kInfo, kGpu, "tacho_gpu_mig_info", "", {"gpu_instance", "compute_instance", "mig_uuid", "name"},
     "A partition of the GPU."},
    {mig_memory_total, kGauge, kGpu, "tacho_gpu_mig_memory_total_bytes", "bytes", {"gpu_instance", "compute_instance"},
     "Device memory of a partition."},
    {mig_memory_used, kGauge, kGpu, "tacho_gpu_mig_memory_used_bytes", "bytes", {"gpu_instance", "compute_instance"},
     "Device memory of a partition allocated."},
    {mig_memory_free, kGauge, kGpu, "tacho_gpu_mig_memory_free_bytes", "bytes", {"gpu_instance", "compute_instance"},
     "Device memory of a partition unused."},
    {mig_memory_reserved, kGauge, kGpu, "tacho_gpu_mig_memory_reserved_bytes", "bytes", {"gpu_instance", "compute_instance"},
     "Device memory of a partition that the driver keeps for itself."},
    {nvml_time, kCounter, kReader, "tacho_gpu_nvml_seconds_total", "seconds", {},
     "Time that reading the GPUs spent in NVML, on a thread of its own."},
    {nvml_calls, kCounter, kReader, "tacho_gpu_nvml_calls_total", "", {"call", "result"},
     "Calls of NVML by what they returned."},
    {nvml_call_duration, kHistogram, kReader, "tacho_gpu_nvml_call_duration_seconds", "seconds", {"call"},
     "How long calls of NVML took."},
}};
// clang-format on

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kRows.size(); ++i)
    if (kRows[i].metric != static_cast<Metric>(i)) return false;
  return true;
}
static_assert(is_in_order());

/// Buckets a fifth wide, from a microsecond to 16 s.
constexpr int kSchema = 2;
constexpr int kLeastIndex = -20 * (1 << kSchema);
constexpr int kMostIndex = 4 * (1 << kSchema);

std::vector<double> native_bounds() {
  std::vector<double> bounds;
  for (int index = kLeastIndex; index <= kMostIndex; ++index)
    bounds.push_back(std::exp2(index * std::exp2(-kSchema)));
  return bounds;
}

}  // namespace

const MetricRow& row_of(Metric metric) { return kRows[static_cast<std::size_t>(metric)]; }

MetricSpec spec_of(const MetricRow& row) {
  MetricSpec spec{};
  spec.type = row.type;
  spec.name = row.name;
  spec.help = row.help;
  spec.unit = row.unit;
  if (row.per_gpu) spec.labels = {"gpu", "uuid"};
  for (const char* label : row.labels)
    if (label != nullptr) spec.labels.emplace_back(label);
  if (row.type != kHistogram) return spec;
  spec.bounds = native_bounds();
  spec.schema = kSchema;
  return spec;
}

}  // namespace tacho::telemetry::nvml
