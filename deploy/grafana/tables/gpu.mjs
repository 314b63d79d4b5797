import { falling, PERCENT, rising, SHARE, stat, stateTimeline, table, timeseries } from "../panels.mjs";
import { HERE, nativeCount, nativeSum, orNone, rate, sum } from "../promql.mjs";
import { servers } from "../variables.mjs";

const GPU = "{{instance}} GPU {{gpu}}";
const of = (metric, more = "") => `${metric}{${HERE}${more && `,${more}`}}`;

/** Rows whose panels all need a GPU. */
const onGpu = ({ title, panels, needs = "gpu" }) => ({
  title,
  panels: panels.map((panel) => ({ needs, ...panel })),
});

export default {
  uid: "tacho-gpu",
  title: "tacho / GPU",
  description:
    "NVIDIA GPUs as their driver sees them. What a GPU does not support has no series, and its panel stays empty.",
  tags: ["tacho"],
  variables: servers("tacho_build_info"),
  rows: [
    onGpu({
      title: "State",
      panels: [
        stat("GPUs that answer", "short", "GPUs that answered the last reading.", {
          GPUs: `sum(${of("tacho_gpu_devices")})`,
        }),
        stat(
          "GPUs lost",
          "short",
          "GPUs that were there and do not answer any more.",
          { lost: `count(${of("tacho_gpu_up")} == 0) or vector(0)` },
          rising([1, "red"]),
        ),
        stat(
          "Rows that could not be replaced",
          "short",
          "GPUs with a faulty row of memory and no spare one: they want replacing.",
          { GPUs: `sum(${of("tacho_gpu_row_remap_failed")})` },
          rising([1, "red"]),
        ),
        stat(
          "Age of the last reading",
          "s",
          "Time since the GPUs were last read to the end; it grows while a call of the driver hangs.",
          { "{{instance}}": `time() - ${of("tacho_gpu_last_read_timestamp_seconds")}` },
          rising([5, "yellow"], [30, "red"]),
        ),
        table(
          "GPUs",
          "short",
          "Each GPU, its driver, and the highest CUDA version that the driver supports.",
          { GPUs: `max by (instance, gpu, name, driver_version, cuda_version) (${of("tacho_gpu_info")})` },
          { width: 8, height: 4 },
        ),
        stateTimeline(
          "Clocks held back",
          "short",
          "Whether clocks are held below what was asked for, by reason.",
          { [`${GPU} {{reason}}`]: of("tacho_gpu_throttle_active") },
          { values: { 0: ["no", "green"], 1: ["held back", "red"] }, thresholds: [[1, "red"]] },
        ),
        stateTimeline(
          "What the driver asks for",
          "short",
          "What has to be done so that the GPU works again.",
          { [`${GPU} {{action}}`]: of("tacho_gpu_recovery_action") },
          { values: { 0: ["no", "green"], 1: ["asked for", "red"] }, thresholds: [[1, "red"]] },
        ),
      ],
    }),
    onGpu({
      title: "Work",
      panels: [
        timeseries(
          "Utilisation",
          "percentunit",
          "Share of the last sample period in which a kernel ran.",
          { [GPU]: of("tacho_gpu_utilization_ratio") },
          SHARE,
        ),
        timeseries(
          "Memory utilisation",
          "percentunit",
          "Share of the last sample period in which device memory was read or written.",
          { [GPU]: of("tacho_gpu_memory_utilization_ratio") },
          SHARE,
        ),
        timeseries(
          "Busy parts",
          "percentunit",
          "Engines at work, SMs with work and the warps they hold, arithmetic pipes, and the memory's bandwidth in use.",
          {
            [`${GPU} engines`]: of("tacho_gpu_engine_active_ratio"),
            [`${GPU} SMs`]: of("tacho_gpu_sm_active_ratio"),
            [`${GPU} warps`]: of("tacho_gpu_sm_occupancy_ratio"),
            [`${GPU} {{pipe}}`]: of("tacho_gpu_pipe_active_ratio"),
            [`${GPU} bandwidth`]: of("tacho_gpu_memory_bandwidth_utilization_ratio"),
          },
          { ...SHARE, needs: "new-gpu" },
        ),
        timeseries("Clocks", "hertz", "Clock frequencies.", {
          [`${GPU} {{clock}}`]: of("tacho_gpu_clock_hertz"),
        }),
        timeseries(
          "Held by models",
          "percent",
          "Of the time, the part in which a loaded model held the GPU.",
          {
            "{{model}} GPU {{gpu}}": `100 * ${sum(rate("tacho_gpu_held_seconds_total", HERE), "model", "gpu")}`,
          },
          PERCENT,
        ),
        timeseries("PCIe", "Bps", "PCIe traffic, by direction.", {
          [`${GPU} {{direction}}`]: rate("tacho_gpu_pcie_bytes_total", HERE),
        }),
        timeseries(
          "NVLink",
          "Bps",
          "Data over all NVLinks, by direction.",
          { [`${GPU} {{direction}}`]: rate("tacho_gpu_nvlink_bytes_total", HERE) },
          { needs: "nvlink" },
        ),
      ],
    }),
    onGpu({
      title: "Memory",
      panels: [
        timeseries(
          "Device memory",
          "bytes",
          "Device memory allocated, kept by the driver, and all there is.",
          {
            [`${GPU} used`]: of("tacho_gpu_memory_used_bytes"),
            [`${GPU} reserved`]: of("tacho_gpu_memory_reserved_bytes"),
            [`${GPU} total`]: of("tacho_gpu_memory_total_bytes"),
          },
        ),
        timeseries(
          "Free share",
          "percentunit",
          "Share of the device memory that is unused.",
          { [GPU]: `${of("tacho_gpu_memory_free_bytes")} / ${of("tacho_gpu_memory_total_bytes")}` },
          { ...SHARE, ...falling(0.02, 0.1) },
        ),
        timeseries("Memory of processes", "bytes", "Device memory of the compute processes of one name.", {
          [`${GPU} {{process}}`]: of("tacho_gpu_process_memory_bytes"),
        }),
      ],
    }),
    onGpu({
      title: "Power and heat",
      panels: [
        timeseries("Power", "watt", "Power drawn, and the limit in force.", {
          [GPU]: of("tacho_gpu_power_watts"),
          [`${GPU} limit`]: of("tacho_gpu_power_limit_watts"),
        }),
        timeseries("Energy", "watt", "Joules a second by the GPU's own meter.", {
          [GPU]: rate("tacho_gpu_energy_joules_total", HERE),
        }),
        timeseries(
          "Energy of a generated token",
          "joule",
          "Joules that all GPUs used, for each token that was generated.",
          {
            "joules a token": `${sum(rate("tacho_gpu_energy_joules_total", HERE))} / ${sum(rate("tacho_generation_tokens_total", HERE))}`,
          },
        ),
        timeseries(
          "Temperature",
          "celsius",
          "Temperature of the die and of the memory.",
          { [`${GPU} {{sensor}}`]: of("tacho_gpu_temperature_celsius") },
          rising([85, "yellow"], [95, "red"]),
        ),
        timeseries(
          "Time held back",
          "percentunit",
          "Share of the time in which clocks were held back, by reason.",
          { [`${GPU} {{reason}}`]: rate("tacho_gpu_throttled_seconds_total", HERE) },
          SHARE,
        ),
      ],
    }),
    onGpu({
      title: "Errors",
      panels: [
        timeseries("XID errors", "short", "Errors that the driver told of, by code.", {
          "GPU {{gpu}} XID {{code}}": orNone(
            `sum by (gpu, code) (increase(tacho_gpu_xid_errors_total{${HERE}}[$__rate_interval]))`,
            "code",
          ),
        }),
        timeseries(
          "ECC errors",
          "short",
          "ECC errors since the driver was loaded (volatile) and in the GPU's life (aggregate).",
          { [`${GPU} {{error}} {{scope}}`]: of("tacho_gpu_ecc_errors") },
        ),
        timeseries("Replaced rows", "short", "Rows of device memory replaced by spare ones, by cause.", {
          [`${GPU} {{cause}}`]: of("tacho_gpu_remapped_rows"),
          [`${GPU} pending`]: of("tacho_gpu_remapped_rows_pending"),
        }),
        timeseries(
          "Retired pages",
          "short",
          "Pages of device memory taken out of use, by cause; GPUs before Ampere.",
          { [`${GPU} {{cause}}`]: of("tacho_gpu_retired_pages") },
          { needs: "old-gpu" },
        ),
        timeseries("PCIe errors", "ops", "PCIe packets sent again and errors, a second.", {
          [`${GPU} replays`]: rate("tacho_gpu_pcie_replays_total", HERE),
          [`${GPU} {{error}}`]: rate("tacho_gpu_pcie_errors_total", HERE),
        }),
        timeseries(
          "NVLink errors",
          "ops",
          "Errors on all NVLinks, a second.",
          { [`${GPU} {{error}}`]: rate("tacho_gpu_nvlink_errors_total", HERE) },
          { needs: "nvlink" },
        ),
      ],
    }),
    onGpu({
      title: "Partitions (MIG)",
      needs: "mig",
      panels: [
        timeseries(
          "Memory of partitions",
          "bytes",
          "Device memory of a partition allocated, and all of it.",
          {
            "GPU {{gpu}} {{gpu_instance}}/{{compute_instance}} used": of("tacho_gpu_mig_memory_used_bytes"),
            "GPU {{gpu}} {{gpu_instance}}/{{compute_instance}} total": of("tacho_gpu_mig_memory_total_bytes"),
          },
          { width: 12 },
        ),
        table("Partitions", "short", "The partitions of each GPU.", {
          partitions: `max by (instance, gpu, gpu_instance, compute_instance, name) (${of("tacho_gpu_mig_info")})`,
        }),
      ],
    }),
    onGpu({
      title: "What reading the GPUs costs",
      panels: [
        timeseries(
          "Time in the driver",
          "percentunit",
          "Share of the time that the reading thread spent in calls of NVML.",
          { "{{instance}}": rate("tacho_gpu_nvml_seconds_total", HERE) },
        ),
        timeseries("Calls", "ops", "Calls of NVML a second, by what they returned.", {
          "{{result}}": sum(rate("tacho_gpu_nvml_calls_total", HERE), "result"),
        }),
        timeseries("Mean duration of a call", "s", "How long calls of NVML took.", {
          "{{call}}": `${nativeSum("tacho_gpu_nvml_call_duration_seconds", { by: ["call"], matchers: HERE })} / ${nativeCount("tacho_gpu_nvml_call_duration_seconds", { by: ["call"], matchers: HERE })}`,
        }),
      ],
    }),
  ],
};
