// What tacho's sampler reads of a GPU, beside what nvidia-smi says of the same, and how far these two may be apart.
import { numberIn, textAt } from "./smi-document.mjs";

const MIB = 2 ** 20;

/** The first of these paths that says a number. Names differ from driver to driver. */
const first =
  (...paths) =>
  (gpu) => {
    const known = paths.map((path) => numberIn(textAt(gpu, path))).filter((value) => value !== null);
    return known[0] ?? null;
  };

/** The sum of what the paths below `folder` say; null where none says anything. */
const sum =
  (folder, ...names) =>
  (gpu) => {
    const known = names
      .map((name) => numberIn(textAt(gpu, `${folder}/${name}`)))
      .filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((all, value) => all + value, 0);
  };

/** Drivers before 550 say "throttle" where later ones say "event". */
const reason = (...names) =>
  first(
    ...names.flatMap((name) => [
      `clocks_event_reasons/clocks_event_reason_${name}`,
      `clocks_throttle_reasons/clocks_throttle_reason_${name}`,
    ]),
  );

const heldBack = (name) => first(`clocks_event_reasons_counters/clocks_event_reasons_counters_${name}`);

/** Compute processes; "C+G" are those that draw as well. */
const computing = (gpu) =>
  (gpu.children.processes?.[0]?.children.process_info ?? []).filter((process) =>
    (textAt(process, "type") ?? "C").includes("C"),
  );

function processMemory(gpu) {
  const known = computing(gpu).map((process) => numberIn(textAt(process, "used_memory")));
  return known.length === 0 || known.includes(null) ? null : known.reduce((all, value) => all + value, 0);
}

const isNone = (gpu) => {
  const text = textAt(gpu, "gpu_recovery_action");
  return text === null || text === "N/A" ? null : Number(text === "None");
};

const POWER = first(
  "gpu_power_readings/average_power_draw",
  "gpu_power_readings/power_draw",
  "power_readings/power_draw",
);
const THROTTLED = "tacho_gpu_throttled_seconds_total";
const REASON = "tacho_gpu_throttle_active";

/**
 * `scale` turns nvidia-smi's number into the metric's unit. `absolute` and `relative` are what it may lie outside all that
 * tacho showed from before nvidia-smi was asked until after it answered; without either it must not.
 */
export const LEVELS = [
  { metric: "tacho_gpu_utilization_ratio", smi: first("utilization/gpu_util"), scale: 0.01, absolute: 0.05 },
  {
    metric: "tacho_gpu_memory_utilization_ratio",
    smi: first("utilization/memory_util"),
    scale: 0.01,
    absolute: 0.05,
  },
  {
    metric: "tacho_gpu_encoder_utilization_ratio",
    smi: first("utilization/encoder_util"),
    scale: 0.01,
    absolute: 0.01,
  },
  {
    metric: "tacho_gpu_decoder_utilization_ratio",
    smi: first("utilization/decoder_util"),
    scale: 0.01,
    absolute: 0.01,
  },
  // nvidia-smi tells whole MiB.
  { metric: "tacho_gpu_memory_total_bytes", smi: first("fb_memory_usage/total"), scale: MIB, absolute: MIB },
  { metric: "tacho_gpu_memory_used_bytes", smi: first("fb_memory_usage/used"), scale: MIB, absolute: MIB },
  { metric: "tacho_gpu_memory_free_bytes", smi: first("fb_memory_usage/free"), scale: MIB, absolute: MIB },
  {
    metric: "tacho_gpu_memory_reserved_bytes",
    smi: first("fb_memory_usage/reserved"),
    scale: MIB,
    absolute: MIB,
  },
  { metric: "tacho_gpu_power_watts", smi: POWER, absolute: 3, relative: 0.05 },
  {
    metric: "tacho_gpu_power_limit_watts",
    smi: first("gpu_power_readings/current_power_limit", "power_readings/enforced_power_limit"),
    absolute: 0.01,
  },
  {
    metric: "tacho_gpu_temperature_celsius",
    labels: { sensor: "gpu" },
    smi: first("temperature/gpu_temp"),
    absolute: 1,
  },
  {
    metric: "tacho_gpu_temperature_celsius",
    labels: { sensor: "memory" },
    smi: first("temperature/memory_temp"),
    absolute: 1,
  },
  {
    metric: "tacho_gpu_clock_hertz",
    labels: { clock: "sm" },
    smi: first("clocks/sm_clock"),
    scale: 1e6,
    absolute: 15e6,
    relative: 0.03,
  },
  {
    metric: "tacho_gpu_clock_hertz",
    labels: { clock: "memory" },
    smi: first("clocks/mem_clock"),
    scale: 1e6,
    absolute: 1e6,
  },
  { metric: REASON, labels: { reason: "application_clocks" }, smi: reason("applications_clocks_setting") },
  { metric: REASON, labels: { reason: "software_power_cap" }, smi: reason("sw_power_cap") },
  { metric: REASON, labels: { reason: "hardware_slowdown" }, smi: reason("hw_slowdown") },
  { metric: REASON, labels: { reason: "sync_boost" }, smi: reason("sync_boost") },
  { metric: REASON, labels: { reason: "software_thermal" }, smi: reason("sw_thermal_slowdown") },
  { metric: REASON, labels: { reason: "hardware_thermal" }, smi: reason("hw_thermal_slowdown") },
  { metric: REASON, labels: { reason: "hardware_power_brake" }, smi: reason("hw_power_brake_slowdown") },
  {
    metric: REASON,
    labels: { reason: "display_clock" },
    smi: reason("display_clocks_setting", "display_clock_setting"),
  },
  {
    metric: "tacho_gpu_ecc_errors",
    labels: { error: "corrected", scope: "volatile" },
    smi: sum("ecc_errors/volatile", "sram_correctable", "dram_correctable"),
  },
  {
    metric: "tacho_gpu_ecc_errors",
    labels: { error: "uncorrected", scope: "volatile" },
    smi: sum(
      "ecc_errors/volatile",
      "sram_uncorrectable",
      "sram_uncorrectable_parity",
      "sram_uncorrectable_secded",
      "dram_uncorrectable",
    ),
  },
  {
    metric: "tacho_gpu_ecc_errors",
    labels: { error: "corrected", scope: "aggregate" },
    smi: sum("ecc_errors/aggregate", "sram_correctable", "dram_correctable"),
  },
  {
    metric: "tacho_gpu_ecc_errors",
    labels: { error: "uncorrected", scope: "aggregate" },
    smi: sum(
      "ecc_errors/aggregate",
      "sram_uncorrectable",
      "sram_uncorrectable_parity",
      "sram_uncorrectable_secded",
      "dram_uncorrectable",
    ),
  },
  {
    metric: "tacho_gpu_retired_pages",
    labels: { cause: "single_bit" },
    smi: first("retired_pages/multiple_single_bit_retirement/retired_count"),
  },
  {
    metric: "tacho_gpu_retired_pages",
    labels: { cause: "double_bit" },
    smi: first("retired_pages/double_bit_retirement/retired_count"),
  },
  { metric: "tacho_gpu_retired_pages_pending", smi: first("retired_pages/pending_retirement") },
  {
    metric: "tacho_gpu_remapped_rows",
    labels: { cause: "corrected" },
    smi: first("remapped_rows/remapped_row_corr"),
  },
  {
    metric: "tacho_gpu_remapped_rows",
    labels: { cause: "uncorrected" },
    smi: first("remapped_rows/remapped_row_unc"),
  },
  { metric: "tacho_gpu_remapped_rows_pending", smi: first("remapped_rows/remapped_row_pending") },
  { metric: "tacho_gpu_row_remap_failed", smi: first("remapped_rows/remapped_row_failure") },
  { metric: "tacho_gpu_recovery_action", labels: { action: "none" }, smi: isNone },
  { metric: "tacho_gpu_mig_enabled", smi: first("mig_mode/current_mig") },
  { metric: "tacho_gpu_processes", smi: (gpu) => computing(gpu).length },
  { metric: "tacho_gpu_process_memory_bytes", smi: processMemory, scale: MIB, absolute: MIB, relative: 0.01 },
];

/** Totals: tacho counts from when it began to watch, so growth is compared; `rate` is nvidia-smi's mean a second. */
export const TOTALS = [
  { metric: "tacho_gpu_energy_joules_total", rate: POWER, absolute: 20, relative: 0.1 },
  { metric: "tacho_gpu_pcie_replays_total", smi: first("pci/replay_counter"), absolute: 0 },
  ...[
    ["software_power_cap", "sw_power_cap"],
    ["sync_boost", "sync_boost"],
    ["software_thermal", "sw_therm_slowdown"],
    ["hardware_thermal", "hw_therm_slowdown"],
    ["hardware_power_brake", "hw_power_brake"],
  ].map(([label, name]) => ({
    metric: THROTTLED,
    labels: { reason: label },
    smi: heldBack(name),
    scale: 1e-6,
    absolute: 0.3,
    relative: 0.05,
  })),
];

/** Labels of tacho_gpu_info beside the same words of nvidia-smi; `from` is the GPU or the whole document. */
export const WORDS = [
  { label: "name", path: "product_name", from: "gpu" },
  { label: "serial", path: "serial", from: "gpu" },
  { label: "pci_bus_id", path: "pci/pci_bus_id", from: "gpu" },
  { label: "driver_version", path: "driver_version", from: "document" },
  { label: "cuda_version", path: "cuda_version", from: "document" },
];

const IS_SAMPLED = "a mean over tacho's own interval; nvidia-smi shows no such";

/** Why the rest has nothing beside it. */
export const UNCOMPARED = {
  tacho_gpu_up: "tells whether the GPU answers",
  tacho_gpu_engine_active_ratio: IS_SAMPLED,
  tacho_gpu_sm_active_ratio: IS_SAMPLED,
  tacho_gpu_sm_occupancy_ratio: IS_SAMPLED,
  tacho_gpu_pipe_active_ratio: IS_SAMPLED,
  tacho_gpu_memory_bandwidth_utilization_ratio: IS_SAMPLED,
  tacho_gpu_pcie_bytes_total: "nvidia-smi shows 20 ms of it, not a total",
  tacho_gpu_pcie_errors_total: "not in the document of nvidia-smi -q",
  tacho_gpu_nvlink_bytes_total: "not in the document of nvidia-smi -q",
  tacho_gpu_nvlink_errors_total: "not in the document of nvidia-smi -q",
  tacho_gpu_xid_errors_total: "not in the document of nvidia-smi -q",
  tacho_gpu_mig_info: "a partitioned GPU is not measured",
  tacho_gpu_mig_memory_total_bytes: "a partitioned GPU is not measured",
  tacho_gpu_mig_memory_used_bytes: "a partitioned GPU is not measured",
  tacho_gpu_mig_memory_free_bytes: "a partitioned GPU is not measured",
  tacho_gpu_mig_memory_reserved_bytes: "a partitioned GPU is not measured",
};
