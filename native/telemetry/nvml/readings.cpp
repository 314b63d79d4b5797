#include "readings.hpp"

#include <cmath>

#include "returns.hpp"

namespace tacho::telemetry::nvml {
namespace {

using enum Metric;
using From = Source;
constexpr auto kSeldom = Pace::seldom;

// clang-format off
constexpr Reading kReadings[] = {
    {utilization, {}, From::utilization, 0, 1e-2},
    {memory_utilization, {}, From::utilization, 1, 1e-2},
    {encoder_utilization, {}, From::encoder, 0, 1e-2, kSeldom},
    {decoder_utilization, {}, From::decoder, 0, 1e-2, kSeldom},
    {memory_total, {}, From::memory, 0, 1},
    {memory_used, {}, From::memory, 1, 1},
    {memory_free, {}, From::memory, 2, 1},
    {memory_reserved, {}, From::memory, 3, 1},
    {power, {}, From::power, 0, 1e-3},
    {power_limit, {}, From::field, 190, 1e-3, kSeldom},
    {energy, {}, From::field, 83, 1e-3},
    {temperature, {"gpu"}, From::temperature, 0, 1},
    {temperature, {"memory"}, From::field, 82, 1},
    {clock, {"sm"}, From::clocks, 0, 1e6},
    {clock, {"memory"}, From::clocks, 1, 1e6},
    // By bit; the lowest says that the GPU is idle.
    {throttle_active, {"application_clocks"}, From::throttling, 1, 1},
    {throttle_active, {"software_power_cap"}, From::throttling, 2, 1},
    {throttle_active, {"hardware_slowdown"}, From::throttling, 3, 1},
    {throttle_active, {"sync_boost"}, From::throttling, 4, 1},
    {throttle_active, {"software_thermal"}, From::throttling, 5, 1},
    {throttle_active, {"hardware_thermal"}, From::throttling, 6, 1},
    {throttle_active, {"hardware_power_brake"}, From::throttling, 7, 1},
    {throttle_active, {"display_clock"}, From::throttling, 8, 1},
    {throttled_time, {"software_power_cap"}, From::field, 74, 1e-9},
    {throttled_time, {"thermal"}, From::field, 75, 1e-9},
    {throttled_time, {"sync_boost"}, From::field, 76, 1e-9},
    {throttled_time, {"board_limit"}, From::field, 77, 1e-9},
    {throttled_time, {"low_utilization"}, From::field, 78, 1e-9},
    {throttled_time, {"reliability"}, From::field, 79, 1e-9},
    {throttled_time, {"software_thermal"}, From::field, 269, 1e-9},
    {throttled_time, {"hardware_thermal"}, From::field, 270, 1e-9},
    {throttled_time, {"hardware_power_brake"}, From::field, 271, 1e-9},
    // Not nvmlDeviceGetPcieThroughput, which blocks for the 20 ms that it measures.
    {pcie_bytes, {"transmit"}, From::field, 197, 1, Pace::always, 0, true},
    {pcie_bytes, {"receive"}, From::field, 198, 1, Pace::always, 0, true},
    {pcie_replays, {}, From::field, 94, 1, kSeldom},
    {pcie_errors, {"correctable"}, From::field, 173, 1, kSeldom},
    {pcie_errors, {"bad_tlp"}, From::field, 176, 1, kSeldom},
    {pcie_errors, {"bad_dllp"}, From::field, 178, 1, kSeldom},
    {pcie_errors, {"non_fatal"}, From::field, 179, 1, kSeldom},
    {pcie_errors, {"fatal"}, From::field, 180, 1, kSeldom},
    {nvlink_bytes, {"transmit"}, From::field, 138, 1024, Pace::always, kAllLinks},
    {nvlink_bytes, {"receive"}, From::field, 139, 1024, Pace::always, kAllLinks},
    {nvlink_errors, {"crc_flit"}, From::field, 38, 1, kSeldom},
    {nvlink_errors, {"crc_data"}, From::field, 45, 1, kSeldom},
    {nvlink_errors, {"replay"}, From::field, 52, 1, kSeldom},
    {nvlink_errors, {"recovery"}, From::field, 59, 1, kSeldom},
    {ecc_errors, {"corrected", "volatile"}, From::field, 3, 1, kSeldom},
    {ecc_errors, {"uncorrected", "volatile"}, From::field, 4, 1, kSeldom},
    {ecc_errors, {"corrected", "aggregate"}, From::field, 5, 1, kSeldom},
    {ecc_errors, {"uncorrected", "aggregate"}, From::field, 6, 1, kSeldom},
    {retired_pages, {"single_bit"}, From::field, 29, 1, kSeldom},
    {retired_pages, {"double_bit"}, From::field, 30, 1, kSeldom},
    {retired_pages_pending, {}, From::field, 31, 1, kSeldom},
    {remapped_rows, {"corrected"}, From::field, 142, 1, kSeldom},
    {remapped_rows, {"uncorrected"}, From::field, 143, 1, kSeldom},
    {remapped_rows_pending, {}, From::field, 144, 1, kSeldom},
    {row_remap_failed, {}, From::field, 145, 1, kSeldom},
    {recovery_action, {"none"}, From::recovery, 0, 1, kSeldom},
    {recovery_action, {"reset_gpu"}, From::recovery, 1, 1, kSeldom},
    {recovery_action, {"reboot_node"}, From::recovery, 2, 1, kSeldom},
    {recovery_action, {"drain_p2p"}, From::recovery, 3, 1, kSeldom},
    {recovery_action, {"drain_and_reset"}, From::recovery, 4, 1, kSeldom},
    {recovery_action, {"recover_imex_domain"}, From::recovery, 5, 1, kSeldom},
};
// clang-format on

Return read_utilization(Session& session, Device device, Values& values) {
  Utilization rates{};
  const auto result = session.call(kDeviceGetUtilizationRates, device, &rates);
  values[0] = rates.gpu;
  values[1] = rates.memory;
  return result;
}

Return read_memory(Session& session, Device device, Values& values) {
  MemoryV2 memory{.version = version_of<MemoryV2>(2)};
  auto result = session.call(kDeviceGetMemoryInfoV2, device, &memory);
  values = {double(memory.total), double(memory.used), double(memory.free), double(memory.reserved)};
  if (verdict_of(result) != Verdict::unsupported) return result;
  Memory unsplit{};
  result = session.call(kDeviceGetMemoryInfo, device, &unsplit);
  values = {double(unsplit.total), double(unsplit.used), double(unsplit.free), NAN};
  return result;
}

Return read_temperature(Session& session, Device device, Values& values) {
  TemperatureV1 temperature{.version = version_of<TemperatureV1>(1), .sensor = kGpuSensor};
  auto result = session.call(kDeviceGetTemperatureV, device, &temperature);
  values[0] = temperature.celsius;
  if (verdict_of(result) != Verdict::unsupported) return result;
  unsigned celsius = 0;
  result = session.call(kDeviceGetTemperature, device, kGpuSensor, &celsius);
  values[0] = celsius;
  return result;
}

Return read_clocks(Session& session, Device device, Values& values) {
  unsigned megahertz = 0;
  const auto sm = session.call(kDeviceGetClockInfo, device, kSmClock, &megahertz);
  if (sm == Return::success) values[0] = megahertz;
  const auto memory = session.call(kDeviceGetClockInfo, device, kMemoryClock, &megahertz);
  if (memory == Return::success) values[1] = megahertz;
  return sm == Return::success ? Return::success : memory;
}

Return read_throttling(Session& session, Device device, Values& values) {
  unsigned long long reasons = 0;
  const auto result = session.call(kDeviceGetCurrentClocksEventReasons, device, &reasons);
  for (std::size_t bit = 0; bit < values.size(); ++bit) values[bit] = double(reasons >> bit & 1);
  return result;
}

Return read_recovery(Session& session, Device device, Values& values) {
  FieldValue action{.field = kRecoveryActionField};
  const auto result = session.call(kDeviceGetFieldValues, device, 1, &action);
  if (result != Return::success) return result;
  values.fill(0);
  if (action.value.unsigned_int < values.size()) values[action.value.unsigned_int] = 1;
  return action.result;
}

template <typename... Rest>
Return read_one(Session& session, const Function<Device, unsigned*, Rest...>& function, Device device,
                Values& values) {
  unsigned value = 0;
  unsigned sample_period = 0;
  const auto result = [&] {
    if constexpr (sizeof...(Rest) == 0)
      return session.call(function, device, &value);
    else
      return session.call(function, device, &value, &sample_period);
  }();
  values[0] = value;
  return result;
}

}  // namespace

std::span<const Reading> all_readings() { return kReadings; }

Return read_source(Session& session, Device device, Source source, Values& values) {
  values.fill(NAN);
  switch (source) {
    case Source::utilization:
      return read_utilization(session, device, values);
    case Source::memory:
      return read_memory(session, device, values);
    case Source::power:
      return read_one(session, kDeviceGetPowerUsage, device, values);
    case Source::temperature:
      return read_temperature(session, device, values);
    case Source::clocks:
      return read_clocks(session, device, values);
    case Source::throttling:
      return read_throttling(session, device, values);
    case Source::encoder:
      return read_one(session, kDeviceGetEncoderUtilization, device, values);
    case Source::decoder:
      return read_one(session, kDeviceGetDecoderUtilization, device, values);
    case Source::recovery:
      return read_recovery(session, device, values);
    default:
      return Return::invalid_argument;
  }
}

}  // namespace tacho::telemetry::nvml
