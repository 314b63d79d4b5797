import type { AnyViewSpec, DerivedViewSpec, ViewSpec } from "../../telemetry/index.js";
import type { Dialect, DialectFacts } from "../dialect.js";
import { viewsLabelled, type LabelledSource } from "./labelled-views.js";

const MEGAHERTZ = 1e-6;
const MEBIBYTES = 2 ** -20;
const KIBIBYTES = 2 ** -10;
const MILLIJOULES = 1000;
const PERCENT = 100;
const NANOSECONDS = 1e9;

/** As often as dcgm-exporter reads its fields by itself. */
const TRAFFIC_WINDOW_SECONDS = 30;
/** dcgm-exporter's own. */
const XID_WINDOW_SECONDS = 300;

type Row = readonly [field: string, help: string, from: LabelledSource];

const GAUGES: readonly Row[] = [
  ["DEV_SM_CLOCK", "SM clock frequency (in MHz).", clock("sm")],
  ["DEV_MEM_CLOCK", "Memory clock frequency (in MHz).", clock("memory")],
  ["DEV_MEMORY_TEMP", "Memory temperature (in C).", temperature("memory")],
  ["DEV_GPU_TEMP", "GPU temperature (in C).", temperature("gpu")],
  ["DEV_POWER_USAGE", "Power draw (in W).", { metric: "tacho_gpu_power_watts" }],
  ["DEV_GPU_UTIL", "GPU utilization (in %).", percent("utilization")],
  ["DEV_MEM_COPY_UTIL", "Memory utilization (in %).", percent("memory_utilization")],
  ["DEV_ENC_UTIL", "Encoder utilization (in %).", percent("encoder_utilization")],
  ["DEV_DEC_UTIL", "Decoder utilization (in %).", percent("decoder_utilization")],
  ["DEV_FB_FREE", "Framebuffer memory free (in MiB).", memory("free")],
  ["DEV_FB_USED", "Framebuffer memory used (in MiB).", memory("used")],
  ["DEV_FB_RESERVED", "Framebuffer memory reserved (in MiB).", memory("reserved")],
  [
    "DEV_ROW_REMAP_FAILURE",
    "Whether remapping of rows has failed.",
    { metric: "tacho_gpu_row_remap_failed" },
  ],
];

const PARTS_OF_A_GPU: readonly Row[] = [
  ["PROF_GR_ENGINE_ACTIVE", "Ratio of time the graphics engine is active.", part("engine_active")],
  ["PROF_SM_ACTIVE", "The ratio of SMs with work.", part("sm_active")],
  ["PROF_SM_OCCUPANCY", "The ratio of warps held to the most that can be.", part("sm_occupancy")],
  ["PROF_PIPE_TENSOR_ACTIVE", "Ratio of peak at which the tensor pipe is active.", pipe("tensor")],
  ["PROF_PIPE_FP64_ACTIVE", "Ratio of peak at which the fp64 pipe is active.", pipe("fp64")],
  ["PROF_PIPE_FP32_ACTIVE", "Ratio of peak at which the fp32 pipe is active.", pipe("fp32")],
  ["PROF_PIPE_FP16_ACTIVE", "Ratio of peak at which the fp16 pipe is active.", pipe("fp16")],
  ["PROF_DRAM_ACTIVE", "Ratio of the memory's bandwidth in use.", part("memory_bandwidth_utilization")],
];

const COUNTERS: readonly Row[] = [
  [
    "DEV_TOTAL_ENERGY_CONSUMPTION",
    "Energy used while watched (in mJ).",
    { metric: "tacho_gpu_energy_joules_total", scale: MILLIJOULES },
  ],
  ["DEV_PCIE_REPLAY_COUNTER", "PCIe retries while watched.", { metric: "tacho_gpu_pcie_replays_total" }],
  [
    "DEV_NVLINK_BANDWIDTH_TOTAL",
    "Data over all NVLinks while watched (in KiB).",
    { metric: "tacho_gpu_nvlink_bytes_total", scale: KIBIBYTES },
  ],
  ["DEV_UNCORRECTABLE_REMAPPED_ROWS", "Rows remapped for uncorrectable errors.", remapped("uncorrected")],
  ["DEV_CORRECTABLE_REMAPPED_ROWS", "Rows remapped for correctable errors.", remapped("corrected")],
  ["DEV_POWER_VIOLATION", "Throttling due to power constraints (in ns).", throttled("software_power_cap")],
  ["DEV_THERMAL_VIOLATION", "Throttling due to thermal constraints (in ns).", throttled("thermal")],
  ["DEV_SYNC_BOOST_VIOLATION", "Throttling due to sync-boost constraints (in ns).", throttled("sync_boost")],
  ["DEV_BOARD_LIMIT_VIOLATION", "Throttling due to board limits (in ns).", throttled("board_limit")],
  ["DEV_LOW_UTIL_VIOLATION", "Throttling due to low utilization (in ns).", throttled("low_utilization")],
  ["DEV_RELIABILITY_VIOLATION", "Throttling due to reliability (in ns).", throttled("reliability")],
  ["DEV_ECC_SBE_VOL_TOTAL", "Single-bit volatile ECC errors.", ecc("corrected", "volatile")],
  ["DEV_ECC_DBE_VOL_TOTAL", "Double-bit volatile ECC errors.", ecc("uncorrected", "volatile")],
  ["DEV_ECC_SBE_AGG_TOTAL", "Single-bit persistent ECC errors.", ecc("corrected", "aggregate")],
  ["DEV_ECC_DBE_AGG_TOTAL", "Double-bit persistent ECC errors.", ecc("uncorrected", "aggregate")],
  ["DEV_RETIRED_SBE", "Pages retired due to single-bit errors.", retired("single_bit")],
  ["DEV_RETIRED_DBE", "Pages retired due to double-bit errors.", retired("double_bit")],
  ["DEV_RETIRED_PENDING", "Whether pages wait to be retired.", { metric: "tacho_gpu_retired_pages_pending" }],
  ["DEV_NVLINK_CRC_FLIT_ERROR_COUNT_TOTAL", "NVLink flow-control CRC errors.", nvlink("crc_flit")],
  ["DEV_NVLINK_CRC_DATA_ERROR_COUNT_TOTAL", "NVLink data CRC errors.", nvlink("crc_data")],
  ["DEV_NVLINK_REPLAY_ERROR_COUNT_TOTAL", "NVLink retries.", nvlink("replay")],
  ["DEV_NVLINK_RECOVERY_ERROR_COUNT_TOTAL", "NVLink recovery errors.", nvlink("recovery")],
];

function clock(name: string): LabelledSource {
  return { metric: "tacho_gpu_clock_hertz", where: { clock: name }, scale: MEGAHERTZ };
}

function temperature(sensor: string): LabelledSource {
  return { metric: "tacho_gpu_temperature_celsius", where: { sensor } };
}

function percent(of: string): LabelledSource {
  return { metric: `tacho_gpu_${of}_ratio`, scale: PERCENT };
}

function memory(state: string): LabelledSource {
  return { metric: `tacho_gpu_memory_${state}_bytes`, scale: MEBIBYTES };
}

function remapped(cause: string): LabelledSource {
  return { metric: "tacho_gpu_remapped_rows", where: { cause } };
}

function part(what: string): LabelledSource {
  return { metric: `tacho_gpu_${what}_ratio` };
}

function pipe(name: string): LabelledSource {
  return { metric: "tacho_gpu_pipe_active_ratio", where: { pipe: name } };
}

function throttled(reason: string): LabelledSource {
  return { metric: "tacho_gpu_throttled_seconds_total", where: { reason }, scale: NANOSECONDS };
}

function ecc(error: string, scope: string): LabelledSource {
  return { metric: "tacho_gpu_ecc_errors", where: { error, scope } };
}

function retired(cause: string): LabelledSource {
  return { metric: "tacho_gpu_retired_pages", where: { cause } };
}

function nvlink(error: string): LabelledSource {
  return { metric: "tacho_gpu_nvlink_errors_total", where: { error } };
}

function views({ node }: DialectFacts): AnyViewSpec[] {
  const table = viewsLabelled({
    gpu: { from: "gpu" },
    UUID: { from: "uuid" },
    Hostname: { value: node },
  });
  const rows = (type: "gauge" | "counter", of: readonly Row[]): ViewSpec[] =>
    of.map(([field, help, from]) => table[type](`DCGM_FI_${field}`, help, from));
  const pcie = (direction: string, letters: string): DerivedViewSpec => ({
    name: `DCGM_FI_PROF_PCIE_${letters}_BYTES`,
    type: "gauge",
    help: `PCIe data a second (in bytes), ${direction}.`,
    over: TRAFFIC_WINDOW_SECONDS,
    derive: {
      times: [table.source({ metric: "tacho_gpu_pcie_bytes_total", where: { direction } })],
      perSecond: true,
    },
  });
  const xids: DerivedViewSpec = {
    name: "DCGM_EXP_XID_ERRORS_COUNT",
    type: "gauge",
    help: "XID errors of the last five minutes, by code.",
    over: XID_WINDOW_SECONDS,
    derive: {
      times: [
        table.source({
          metric: "tacho_gpu_xid_errors_total",
          renamed: { xid: "code" },
          extra: { window_size_in_ms: String(XID_WINDOW_SECONDS * 1000) },
        }),
      ],
    },
  };
  return [
    ...rows("gauge", GAUGES),
    ...rows("gauge", PARTS_OF_A_GPU),
    ...rows("counter", COUNTERS),
    pcie("transmit", "TX"),
    pcie("receive", "RX"),
    xids,
  ];
}

/** A feature, and the metrics that wait for it. */
const WAITING: Readonly<Record<string, readonly string[]>> = {
  "the last XID error as a number; DCGM_EXP_XID_ERRORS_COUNT has them by code": ["DCGM_FI_DEV_XID_ERRORS"],
  "virtual GPUs": ["DCGM_FI_DEV_VGPU_LICENSE_STATUS"],
  "counts of clock events; tacho_gpu_throttle_active tells of those that last": [
    "DCGM_EXP_CLOCK_EVENTS_COUNT",
  ],
  "DCGM's health checks": ["DCGM_EXP_GPU_HEALTH_STATUS", "DCGM_EXP_P2P_STATUS"],
  "texts of tacho_gpu_info as labels of other metrics": ["DCGM_FI_DRIVER_VERSION"],
};

const PARTS = "GPUs since Hopper that are not partitioned (MIG); absent elsewhere.";
const WATCHED = "From this server's start; DCGM's is since the driver was loaded.";

export const dcgm: Dialect = {
  name: "dcgm",
  title: "NVIDIA's dcgm-exporter",
  views,
  waiting: Object.entries(WAITING).flatMap(([needs, names]) => names.map((name) => ({ name, needs }))),
  notes: {
    DCGM_FI_DEV_GPU_UTIL:
      "Labels gpu, UUID and Hostname. pci_bus_id, modelName and DCGM_FI_DRIVER_VERSION are labels of tacho_gpu_info, to be joined by uuid; device, GPU_I_ID and GPU_I_PROFILE do not appear.",
    DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION: WATCHED,
    DCGM_FI_DEV_PCIE_REPLAY_COUNTER: WATCHED,
    DCGM_FI_DEV_NVLINK_BANDWIDTH_TOTAL: `KiB of both directions together. ${WATCHED}`,
    DCGM_FI_DEV_POWER_VIOLATION: `All violations: ${WATCHED}`,
    ...Object.fromEntries(PARTS_OF_A_GPU.map(([field]) => [`DCGM_FI_${field}`, PARTS] as const)),
    DCGM_FI_PROF_PCIE_TX_BYTES: "Over the last 30 seconds, from the driver's byte counters.",
    DCGM_FI_PROF_PCIE_RX_BYTES: "Over the last 30 seconds, from the driver's byte counters.",
    DCGM_EXP_XID_ERRORS_COUNT: "Only codes that came up since this server's start.",
  },
};
