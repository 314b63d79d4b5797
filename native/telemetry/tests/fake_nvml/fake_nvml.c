// Stands in for libnvidia-ml.so in tests. What it answers is said by the file that FAKE_NVML_CONTROL names, which it
// reads at every call, so that a test can change it at any time. Lines of "key value":
//
//   gpus 2                                 how many there are (1)
//   return.FUNCTION 3, return.FUNCTION.GPU, return.*, return.*.GPU
//                                          what a call returns, of one GPU or of all
//   sleep_ms 500                           how long every call takes
//   hold FUNCTION                          that call does not return while this is said
//   field.83 1000, field.83.type 1, field.83.return 3, field.83.latency_us 500000
//   utilization 57, memory_used 1000, reasons 68, power_mw 71500, driver 550.54.15, uuid.0 GPU-x
//   mig.0 2                                partitions of GPU 0
//   xids.0.79 3                            XID errors 79 of GPU 0 so far
//   gpm 1, gpm.2 88.5, gpm.2.return 3      whether there are samples of a GPU's parts (not), and a metric of them: a
//                                          sample's total is that much above the one before
//   processes.0 10:4096:/usr/bin/a,11:1:b  of GPU 0: pid, bytes and name
//
// FAKE_NVML_LOG names a file that gets a line at the begin ("+ FUNCTION") and the end ("- FUNCTION") of each call.
// Built with FAKE_NVML_OLD, it lacks what old drivers lack.

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  SUCCESS = 0,
  UNINITIALIZED = 1,
  INVALID_ARGUMENT = 2,
  NOT_SUPPORTED = 3,
  NOT_FOUND = 6,
  INSUFFICIENT_SIZE = 7,
  TIMEOUT = 10,
  ARGUMENT_VERSION_MISMATCH = 25
};
enum { MOST_GPUS = 8, MOST_PARTITIONS = 8, MOST_CODES = 256, GPM_METRICS = 16 };

struct fake_device {
  int gpu;
  int partition;  // -1 for a whole GPU
};
typedef struct fake_device *device_t;
typedef struct fake_event_set *event_set_t;

struct utilization { unsigned gpu, memory; };
struct memory { unsigned long long total, free, used; };
struct memory_v2 { unsigned version; unsigned long long total, reserved, free, used; };
struct temperature { unsigned version; int sensor; int celsius; };
struct pci_info { char legacy[16]; unsigned domain, bus, device, id, subsystem; char bus_id[32]; };
struct process_info { unsigned pid; unsigned long long bytes; unsigned gpu_instance, compute_instance; };
struct event_data { device_t device; unsigned long long type, data; unsigned gpu_instance, compute_instance; };
struct gpm_support { unsigned version, supported; };
struct gpm_sample { double totals[GPM_METRICS]; };
typedef struct gpm_sample *gpm_sample_t;
struct gpm_metric { unsigned id; int result; double value; char *texts[3]; };
struct gpm_metrics_get { unsigned version, count; gpm_sample_t first, second; struct gpm_metric metrics[333]; };
struct field_value {
  unsigned field, scope;
  long long timestamp, latency_us;
  int type, result;
  union { double d; unsigned u32; unsigned long long u64; } value;
};
_Static_assert(sizeof(struct memory_v2) == 40, "as in nvml.h");
_Static_assert(sizeof(struct pci_info) == 68, "as in nvml.h");
_Static_assert(sizeof(struct process_info) == 24, "as in nvml.h");
_Static_assert(sizeof(struct event_data) == 32, "as in nvml.h");
_Static_assert(sizeof(struct field_value) == 40, "as in nvml.h");
_Static_assert(sizeof(struct gpm_metrics_get) == 24 + 333 * 40, "as in nvml.h");

static int initialised = 0;
static struct fake_device devices[MOST_GPUS];

/// Copies the value of `key` to `value`; 0 where the control file does not say it.
static int said(const char *key, char *value, size_t size) {
  const char *path = getenv("FAKE_NVML_CONTROL");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  if (file == NULL) return 0;
  char line[1024];
  const size_t length = strlen(key);
  int found = 0;
  while (!found && fgets(line, sizeof line, file) != NULL) {
    if (strncmp(line, key, length) != 0 || line[length] != ' ') continue;
    line[strcspn(line, "\n")] = '\0';
    snprintf(value, size, "%s", line + length + 1);
    found = 1;
  }
  fclose(file);
  return found;
}

static unsigned long long number(const char *key, unsigned long long otherwise) {
  char value[64];
  return said(key, value, sizeof value) ? strtoull(value, NULL, 10) : otherwise;
}

static unsigned long long number_of(const char *key, int gpu, unsigned long long otherwise) {
  char full[128];
  snprintf(full, sizeof full, "%s.%d", key, gpu);
  return number(full, number(key, otherwise));
}

static void log_line(char mark, const char *text) {
  const char *path = getenv("FAKE_NVML_LOG");
  const int fd = path == NULL ? -1 : open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0) return;
  char line[128];
  const int length = snprintf(line, sizeof line, "%c %s\n", mark, text);
  if (write(fd, line, (size_t)length) != length) abort();
  close(fd);
}

static void pause_ms(unsigned long long ms) {
  const struct timespec rest = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};
  nanosleep(&rest, NULL);
}

/// What every call does first; SUCCESS where it is to answer. `gpu` -1 for none.
static int begin(const char *function, int gpu) {
  log_line('+', function);
  char value[128];
  while (said("hold", value, sizeof value) && strcmp(value, function) == 0) pause_ms(1);
  const unsigned long long sleep_ms = number("sleep_ms", 0);
  if (sleep_ms > 0) pause_ms(sleep_ms);
  if (gpu >= MOST_GPUS) return INVALID_ARGUMENT;
  snprintf(value, sizeof value, "return.%s", function);
  const unsigned long long unsaid = ~0ULL;
  unsigned long long result = gpu < 0 ? number(value, unsaid) : number_of(value, gpu, unsaid);
  if (result == unsaid) result = gpu < 0 ? number("return.*", unsaid) : number_of("return.*", gpu, unsaid);
  if (result != unsaid) return (int)result;
  return initialised || strstr(function, "nvmlInit") == function ? SUCCESS : UNINITIALIZED;
}

static int end(const char *function, int result) {
  log_line('-', function);
  return result;
}

// A whole function: what follows runs where the call is to answer, and may set `result`.
#define CALL(gpu, ...)                        \
  int result = begin(__func__, gpu);          \
  if (result == SUCCESS) __VA_ARGS__          \
  return end(__func__, result)

__attribute__((constructor)) static void loaded(void) { log_line('+', "loaded"); }
__attribute__((destructor)) static void unloaded(void) { log_line('-', "loaded"); }

int nvmlInit_v2(void) { CALL(-1, initialised++;); }
int nvmlShutdown(void) { CALL(-1, initialised--;); }

int nvmlSystemGetDriverVersion(char *version, unsigned length) {
  CALL(-1, { if (!said("driver", version, length)) snprintf(version, length, "550.54.15"); });
}

int nvmlDeviceGetCount_v2(unsigned *count) { CALL(-1, *count = (unsigned)number("gpus", 1);); }

int nvmlDeviceGetHandleByIndex_v2(unsigned index, device_t *device) {
  CALL((int)index, {
    devices[index] = (struct fake_device){(int)index, -1};
    *device = &devices[index];
  });
}

int nvmlDeviceGetUUID(device_t device, char *uuid, unsigned length) {
  CALL(device->gpu, {
    char key[32];
    snprintf(key, sizeof key, "uuid.%d", device->gpu);
    if (device->partition >= 0)
      snprintf(uuid, length, "MIG-%d-%d", device->gpu, device->partition);
    else if (!said(key, uuid, length))
      snprintf(uuid, length, "GPU-%d", device->gpu);
  });
}

int nvmlDeviceGetUtilizationRates(device_t device, struct utilization *rates) {
  CALL(device->gpu, {
    rates->gpu = (unsigned)number("utilization", 57);
    rates->memory = 29;
  });
}

static unsigned long long memory_total(device_t device) {
  return device->partition < 0 ? 1ULL << 30 : 1ULL << 20;
}

int nvmlDeviceGetMemoryInfo(device_t device, struct memory *memory) {
  CALL(device->gpu, {
    const unsigned long long used = number("memory_used", 1000);
    *memory = (struct memory){memory_total(device), memory_total(device) - used, used};
  });
}

int nvmlDeviceGetTemperature(device_t device, int sensor, unsigned *celsius) {
  CALL(device->gpu, {
    *celsius = 61;
    if (sensor != 0) result = INVALID_ARGUMENT;
  });
}

int nvmlDeviceGetCurrentClocksThrottleReasons(device_t device, unsigned long long *reasons) {
  CALL(device->gpu, *reasons = number("reasons", 0x4 | 0x40 | 0x1););
}

#ifndef FAKE_NVML_OLD

static struct fake_device partitions[MOST_GPUS][MOST_PARTITIONS];
static unsigned long long xids_told[MOST_GPUS][MOST_CODES];
static int registered[MOST_GPUS];

int nvmlSystemGetCudaDriverVersion_v2(int *version) { CALL(-1, *version = 12040;); }

int nvmlDeviceGetName(device_t device, char *name, unsigned length) {
  CALL(device->gpu, snprintf(name, length, device->partition < 0 ? "Fake H200" : "Fake H200 MIG 1g"););
}

int nvmlDeviceGetSerial(device_t device, char *serial, unsigned length) {
  CALL(device->gpu, snprintf(serial, length, "16300%d", device->gpu););
}

int nvmlDeviceGetPciInfo_v3(device_t device, struct pci_info *pci) {
  CALL(device->gpu, snprintf(pci->bus_id, sizeof pci->bus_id, "00000000:0%d:00.0", device->gpu););
}

int nvmlDeviceGetMemoryInfo_v2(device_t device, struct memory_v2 *memory) {
  CALL(device->gpu, {
    const unsigned long long used = number("memory_used", 1000);
    const unsigned long long reserved = 500;
    if (memory->version != (sizeof *memory | 2u << 24)) result = ARGUMENT_VERSION_MISMATCH;
    *memory = (struct memory_v2){memory->version, memory_total(device), reserved,
                                 memory_total(device) - used - reserved, used};
  });
}

int nvmlDeviceGetPowerUsage(device_t device, unsigned *milliwatts) {
  CALL(device->gpu, *milliwatts = (unsigned)number("power_mw", 71500););
}

int nvmlDeviceGetTemperatureV(device_t device, struct temperature *temperature) {
  CALL(device->gpu, {
    if (temperature->version != (sizeof *temperature | 1u << 24)) result = ARGUMENT_VERSION_MISMATCH;
    temperature->celsius = 62;
  });
}

int nvmlDeviceGetClockInfo(device_t device, int clock, unsigned *megahertz) {
  CALL(device->gpu, *megahertz = clock == 1 ? 1980 : 3201;);
}

int nvmlDeviceGetCurrentClocksEventReasons(device_t device, unsigned long long *reasons) {
  CALL(device->gpu, *reasons = number("reasons", 0x4 | 0x40 | 0x1););
}

int nvmlDeviceGetEncoderUtilization(device_t device, unsigned *percent, unsigned *period_us) {
  CALL(device->gpu, {
    *percent = 11;
    *period_us = 100000;
  });
}

int nvmlDeviceGetDecoderUtilization(device_t device, unsigned *percent, unsigned *period_us) {
  CALL(device->gpu, {
    *percent = 12;
    *period_us = 100000;
  });
}

static void fill_field(struct field_value *value) {
  char key[64];
  snprintf(key, sizeof key, "field.%u.return", value->field);
  value->result = (int)number(key, SUCCESS);
  snprintf(key, sizeof key, "field.%u.latency_us", value->field);
  value->latency_us = (long long)number(key, 0);
  snprintf(key, sizeof key, "field.%u.type", value->field);
  value->type = (int)number(key, 3);
  snprintf(key, sizeof key, "field.%u", value->field);
  const unsigned long long said_value = number(key, 0);
  memset(&value->value, 0xAA, sizeof value->value);
  if (value->type == 0)
    value->value.d = (double)said_value;
  else if (value->type == 1)
    value->value.u32 = (unsigned)said_value;
  else
    value->value.u64 = said_value;
}

int nvmlDeviceGetFieldValues(device_t device, int count, struct field_value *values) {
  CALL(device->gpu, {
    for (int i = 0; i < count; i++) fill_field(&values[i]);
  });
}

/// The value after "processes.GPU".
static int processes_of(device_t device, char *text, size_t size) {
  char key[32];
  snprintf(key, sizeof key, "processes.%d", device->gpu);
  return said(key, text, size);
}

int nvmlDeviceGetComputeRunningProcesses_v3(device_t device, unsigned *count, struct process_info *infos) {
  CALL(device->gpu, {
    char text[1024];
    unsigned found = 0;
    char *rest = NULL;
    char *entry = processes_of(device, text, sizeof text) ? strtok_r(text, ",", &rest) : NULL;
    for (; entry != NULL; entry = strtok_r(NULL, ",", &rest)) {
      struct process_info info = {0, 0, ~0u, ~0u};
      sscanf(entry, "%u:%llu", &info.pid, &info.bytes);
      if (found < *count) infos[found] = info;
      found++;
    }
    found = (unsigned)number("process_count", found);
    result = found <= *count ? SUCCESS : INSUFFICIENT_SIZE;
    *count = found;
  });
}

int nvmlSystemGetProcessName(unsigned pid, char *name, unsigned length) {
  CALL(-1, {
    char text[1024];
    char wanted[32];
    snprintf(wanted, sizeof wanted, "%u:", pid);
    result = NOT_FOUND;
    for (int gpu = 0; gpu < MOST_GPUS; gpu++) {
      struct fake_device device = {gpu, -1};
      char *rest = NULL;
      char *entry = processes_of(&device, text, sizeof text) ? strtok_r(text, ",", &rest) : NULL;
      for (; entry != NULL; entry = strtok_r(NULL, ",", &rest)) {
        const char *found = strrchr(entry, ':');
        if (strncmp(entry, wanted, strlen(wanted)) != 0 || found[1] == '\0') continue;
        snprintf(name, length, "%s", found + 1);
        result = SUCCESS;
      }
    }
  });
}

int nvmlEventSetCreate(event_set_t *set) {
  CALL(-1, {
    *set = (event_set_t)registered;
    memset(registered, 0, sizeof registered);
  });
}

int nvmlEventSetFree(event_set_t set) {
  CALL(-1, { if (set != (event_set_t)registered) abort(); });
}

int nvmlGpmQueryDeviceSupport(device_t device, struct gpm_support *support) {
  CALL(device->gpu, {
    if (support->version != 1) result = ARGUMENT_VERSION_MISMATCH;
    support->supported = (unsigned)number("gpm", 0);
  });
}

int nvmlGpmSampleAlloc(gpm_sample_t *sample) { CALL(-1, *sample = calloc(1, sizeof **sample);); }
int nvmlGpmSampleFree(gpm_sample_t sample) { CALL(-1, free(sample);); }

int nvmlGpmSampleGet(device_t device, gpm_sample_t sample) {
  static struct gpm_sample last[MOST_GPUS];
  CALL(device->gpu, {
    if (number("gpm", 0) == 0) result = NOT_SUPPORTED;
    for (int id = 0; id < GPM_METRICS; id++) {
      char key[32];
      char text[64];
      snprintf(key, sizeof key, "gpm.%d", id);
      if (said(key, text, sizeof text)) last[device->gpu].totals[id] += strtod(text, NULL);
    }
    *sample = last[device->gpu];
  });
}

int nvmlGpmMetricsGet(struct gpm_metrics_get *metrics) {
  CALL(-1, {
    if (metrics->version != 1) result = ARGUMENT_VERSION_MISMATCH;
    for (unsigned i = 0; result == SUCCESS && i < metrics->count; i++) {
      struct gpm_metric *metric = &metrics->metrics[i];
      char key[32];
      snprintf(key, sizeof key, "gpm.%u.return", metric->id);
      metric->result = (int)number(key, SUCCESS);
      const unsigned id = metric->id % GPM_METRICS;
      metric->value = metrics->second->totals[id] - metrics->first->totals[id];
    }
  });
}

/// Finds an error that was not told yet; where `skip` says a GPU, counts those of that GPU as told.
static int next_xid(struct event_data *event, int skip) {
  const char *path = getenv("FAKE_NVML_CONTROL");
  FILE *file = path == NULL ? NULL : fopen(path, "r");
  if (file == NULL) return 0;
  char line[1024];
  int found = 0;
  while (!found && fgets(line, sizeof line, file) != NULL) {
    int gpu = 0;
    unsigned code = 0;
    unsigned long long times = 0;
    if (sscanf(line, "xids.%d.%u %llu", &gpu, &code, &times) != 3) continue;
    unsigned long long *told = &xids_told[gpu % MOST_GPUS][code % MOST_CODES];
    if (gpu == skip) *told = times;
    if (skip >= 0 || !registered[gpu % MOST_GPUS] || *told >= times) continue;
    ++*told;
    *event = (struct event_data){&devices[gpu % MOST_GPUS], 8, code, ~0u, ~0u};
    found = 1;
  }
  fclose(file);
  return found;
}

int nvmlDeviceRegisterEvents(device_t device, unsigned long long types, event_set_t set) {
  CALL(device->gpu, {
    if (types != 8 || set != (event_set_t)registered) abort();
    registered[device->gpu] = 1;
    next_xid(NULL, device->gpu);
  });
}

int nvmlEventSetWait_v2(event_set_t set, struct event_data *event, unsigned timeout_ms) {
  CALL(-1, {
    if (set != (event_set_t)registered || timeout_ms != 0) abort();
    if (!next_xid(event, -1)) result = TIMEOUT;
  });
}

int nvmlDeviceGetMigMode(device_t device, unsigned *mode, unsigned *pending) {
  CALL(device->gpu, {
    char key[32];
    snprintf(key, sizeof key, "mig.%d", device->gpu);
    *mode = *pending = 1;
    if (number(key, 0) == 0) result = NOT_SUPPORTED;
  });
}

int nvmlDeviceGetMaxMigDeviceCount(device_t device, unsigned *count) {
  (void)device;
  CALL(device->gpu, *count = 7;);
}

int nvmlDeviceGetMigDeviceHandleByIndex(device_t device, unsigned index, device_t *partition) {
  CALL(device->gpu, {
    char key[32];
    snprintf(key, sizeof key, "mig.%d", device->gpu);
    if (index < number(key, 0)) {
      partitions[device->gpu][index] = (struct fake_device){device->gpu, (int)index};
      *partition = &partitions[device->gpu][index];
    } else {
      result = NOT_FOUND;
    }
  });
}

int nvmlDeviceGetGpuInstanceId(device_t device, unsigned *id) {
  CALL(device->gpu, *id = (unsigned)device->partition + 1;);
}

int nvmlDeviceGetComputeInstanceId(device_t device, unsigned *id) { CALL(device->gpu, *id = 0;); }

#endif
