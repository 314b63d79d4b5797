#pragma once

// What we use of NVML's C interface, as of its API version 13 (CUDA 13), which keeps that of 12. Declared
// here, so that nothing of CUDA is needed to build; which of the functions a driver has is found out at run
// time.

#include <cstdint>

namespace tacho::telemetry::nvml {

enum class Return : int {
  closing = -1,  ///< Ours: the call was not made, as nobody waits for its result any more.
  success = 0,
  uninitialized = 1,
  invalid_argument = 2,
  not_supported = 3,
  no_permission = 4,
  not_found = 6,
  insufficient_size = 7,
  driver_not_loaded = 9,
  timeout = 10,
  library_not_found = 12,
  function_not_found = 13,  ///< Also ours, where the library lacks the symbol.
  gpu_is_lost = 15,
  reset_required = 16,
  lib_rm_version_mismatch = 18,
  argument_version_mismatch = 25,
  gpu_not_found = 28,
  unknown = 999,
};

using Device = struct OpaqueDevice*;
using EventSet = struct OpaqueEventSet*;
using GpmSample = struct OpaqueGpmSample*;

struct Utilization {  ///< Percent.
  unsigned gpu;
  unsigned memory;
};

struct Memory {  ///< Bytes; `used` contains what the driver reserves.
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
};

struct MemoryV2 {  ///< Bytes.
  unsigned version;
  unsigned long long total = 0;
  unsigned long long reserved = 0;
  unsigned long long free = 0;
  unsigned long long used = 0;
};

struct TemperatureV1 {
  unsigned version;
  int sensor;
  int celsius = 0;
};

struct PciInfo {
  char legacy_bus_id[16];
  unsigned domain;
  unsigned bus;
  unsigned device;
  unsigned device_id;
  unsigned subsystem_id;
  char bus_id[32];
};

struct ProcessInfo {
  unsigned pid;
  unsigned long long used_bytes;  ///< kNotAvailable where the driver does not tell.
  unsigned gpu_instance;
  unsigned compute_instance;
};

struct EventData {
  Device device;
  unsigned long long type;
  unsigned long long data;  ///< Of an XID event: its code.
  unsigned gpu_instance;
  unsigned compute_instance;
};

enum class ValueType : int {
  float64 = 0,
  unsigned_int = 1,
  unsigned_long = 2,
  unsigned_long_long = 3,
  signed_long_long = 4,
  signed_int = 5,
  unsigned_short = 6,
};

union Value {
  double float64;
  int signed_int;
  unsigned unsigned_int;
  unsigned long unsigned_long;
  unsigned long long unsigned_long_long;
  long long signed_long_long;
  unsigned short unsigned_short;
};

struct FieldValue {
  unsigned field;
  unsigned scope = 0;
  long long unix_microseconds = 0;
  long long latency_microseconds = 0;
  ValueType type = ValueType::unsigned_long_long;
  Return result = Return::unknown;
  Value value{};
};

struct GpmSupport {
  unsigned version = 1;
  unsigned is_supported = 0;
};

struct GpmMetric {
  unsigned id = 0;
  Return result = Return::unknown;
  double value = 0;
  const char* texts[3] = {};  ///< Short name, long name and unit, in the library's memory.
};

/// The driver looks at `count` metrics. Its header has room for 98 to 333 of them, by its age.
struct GpmMetricsGet {
  unsigned version = 1;
  unsigned count = 0;
  GpmSample first = nullptr;
  GpmSample second = nullptr;
  GpmMetric metrics[333];
};

/// NVML's other structures with a version carry their size beside it.
template <typename Structure>
constexpr unsigned version_of(unsigned version) {
  return static_cast<unsigned>(sizeof(Structure)) | version << 24;
}

constexpr unsigned long long kNotAvailable = ~0ULL;
constexpr unsigned kAllLinks = ~0U;  ///< The scope of NVLink fields for their sum.
constexpr int kGpuSensor = 0;
constexpr int kSmClock = 1;
constexpr int kMemoryClock = 2;
constexpr unsigned long long kXidEvent = 0x8;
constexpr unsigned kMigEnabled = 1;
constexpr unsigned kRecoveryActionField = 230;

/// A function of the library by name, and by that of earlier drivers where the signature is the same.
template <typename... Parameters>
struct Function {
  const char* name;
  const char* earlier_name = nullptr;
};

using Text = char*;
using Count = unsigned*;

inline constexpr Function<> kInit{"nvmlInit_v2", "nvmlInit"};
inline constexpr Function<> kShutdown{"nvmlShutdown"};
inline constexpr Function<Text, unsigned> kSystemGetDriverVersion{"nvmlSystemGetDriverVersion"};
inline constexpr Function<int*> kSystemGetCudaDriverVersion{"nvmlSystemGetCudaDriverVersion_v2",
                                                            "nvmlSystemGetCudaDriverVersion"};
inline constexpr Function<unsigned, Text, unsigned> kSystemGetProcessName{"nvmlSystemGetProcessName"};
inline constexpr Function<Count> kDeviceGetCount{"nvmlDeviceGetCount_v2"};
inline constexpr Function<unsigned, Device*> kDeviceGetHandleByIndex{"nvmlDeviceGetHandleByIndex_v2"};
inline constexpr Function<Device, Text, unsigned> kDeviceGetName{"nvmlDeviceGetName"};
inline constexpr Function<Device, Text, unsigned> kDeviceGetUuid{"nvmlDeviceGetUUID"};
inline constexpr Function<Device, Text, unsigned> kDeviceGetSerial{"nvmlDeviceGetSerial"};
inline constexpr Function<Device, PciInfo*> kDeviceGetPciInfo{"nvmlDeviceGetPciInfo_v3"};
inline constexpr Function<Device, Utilization*> kDeviceGetUtilizationRates{"nvmlDeviceGetUtilizationRates"};
inline constexpr Function<Device, MemoryV2*> kDeviceGetMemoryInfoV2{"nvmlDeviceGetMemoryInfo_v2"};
inline constexpr Function<Device, Memory*> kDeviceGetMemoryInfo{"nvmlDeviceGetMemoryInfo"};
inline constexpr Function<Device, unsigned*> kDeviceGetPowerUsage{"nvmlDeviceGetPowerUsage"};
inline constexpr Function<Device, TemperatureV1*> kDeviceGetTemperatureV{"nvmlDeviceGetTemperatureV"};
inline constexpr Function<Device, int, unsigned*> kDeviceGetTemperature{"nvmlDeviceGetTemperature"};
inline constexpr Function<Device, int, unsigned*> kDeviceGetClockInfo{"nvmlDeviceGetClockInfo"};
inline constexpr Function<Device, unsigned long long*> kDeviceGetCurrentClocksEventReasons{
    "nvmlDeviceGetCurrentClocksEventReasons", "nvmlDeviceGetCurrentClocksThrottleReasons"};
inline constexpr Function<Device, unsigned*, unsigned*> kDeviceGetEncoderUtilization{
    "nvmlDeviceGetEncoderUtilization"};
inline constexpr Function<Device, unsigned*, unsigned*> kDeviceGetDecoderUtilization{
    "nvmlDeviceGetDecoderUtilization"};
inline constexpr Function<Device, Count, ProcessInfo*> kDeviceGetComputeRunningProcesses{
    "nvmlDeviceGetComputeRunningProcesses_v3"};
inline constexpr Function<Device, int, FieldValue*> kDeviceGetFieldValues{"nvmlDeviceGetFieldValues"};
inline constexpr Function<EventSet*> kEventSetCreate{"nvmlEventSetCreate"};
inline constexpr Function<Device, unsigned long long, EventSet> kDeviceRegisterEvents{
    "nvmlDeviceRegisterEvents"};
inline constexpr Function<EventSet, EventData*, unsigned> kEventSetWait{"nvmlEventSetWait_v2",
                                                                        "nvmlEventSetWait"};
inline constexpr Function<EventSet> kEventSetFree{"nvmlEventSetFree"};
inline constexpr Function<Device, unsigned*, unsigned*> kDeviceGetMigMode{"nvmlDeviceGetMigMode"};
inline constexpr Function<Device, Count> kDeviceGetMaxMigDeviceCount{"nvmlDeviceGetMaxMigDeviceCount"};
inline constexpr Function<Device, unsigned, Device*> kDeviceGetMigDeviceHandleByIndex{
    "nvmlDeviceGetMigDeviceHandleByIndex"};
inline constexpr Function<Device, unsigned*> kDeviceGetGpuInstanceId{"nvmlDeviceGetGpuInstanceId"};
inline constexpr Function<Device, GpmSupport*> kGpmQueryDeviceSupport{"nvmlGpmQueryDeviceSupport"};
inline constexpr Function<GpmSample*> kGpmSampleAlloc{"nvmlGpmSampleAlloc"};
inline constexpr Function<GpmSample> kGpmSampleFree{"nvmlGpmSampleFree"};
inline constexpr Function<Device, GpmSample> kGpmSampleGet{"nvmlGpmSampleGet"};
inline constexpr Function<GpmMetricsGet*> kGpmMetricsGet{"nvmlGpmMetricsGet"};
inline constexpr Function<Device, unsigned*> kDeviceGetComputeInstanceId{"nvmlDeviceGetComputeInstanceId"};

}  // namespace tacho::telemetry::nvml
