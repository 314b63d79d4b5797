import { expect, test } from "vitest";
import { dcgm } from "../../src/metrics/dialects/dcgm.js";
import { labelsOf, typesOf } from "./shown-views.js";
import { FACTS } from "./systems.js";
import { isDerived, sourcesOf } from "./view-parts.js";

/** What dcgm-exporter has switched on by default, by type; labels are not among them. */
const DEFAULTS: Record<string, readonly string[]> = {
  gauge: [
    "DEV_SM_CLOCK",
    "DEV_MEM_CLOCK",
    "DEV_MEMORY_TEMP",
    "DEV_GPU_TEMP",
    "DEV_POWER_USAGE",
    "DEV_GPU_UTIL",
    "DEV_MEM_COPY_UTIL",
    "DEV_ENC_UTIL",
    "DEV_DEC_UTIL",
    "DEV_XID_ERRORS",
    "DEV_FB_FREE",
    "DEV_FB_USED",
    "DEV_FB_RESERVED",
    "DEV_VGPU_LICENSE_STATUS",
    "DEV_ROW_REMAP_FAILURE",
    "PROF_GR_ENGINE_ACTIVE",
    "PROF_PIPE_TENSOR_ACTIVE",
    "PROF_DRAM_ACTIVE",
    "PROF_PCIE_TX_BYTES",
    "PROF_PCIE_RX_BYTES",
  ],
  counter: [
    "DEV_TOTAL_ENERGY_CONSUMPTION",
    "DEV_PCIE_REPLAY_COUNTER",
    "DEV_NVLINK_BANDWIDTH_TOTAL",
    "DEV_UNCORRECTABLE_REMAPPED_ROWS",
    "DEV_CORRECTABLE_REMAPPED_ROWS",
  ],
};

test("shows or lists each of the exporter's default fields, with its type", () => {
  const types = typesOf(dcgm);
  const waiting = new Set(dcgm.waiting.map(({ name }) => name));
  for (const [type, fields] of Object.entries(DEFAULTS))
    for (const field of fields) {
      const name = `DCGM_FI_${field}`;
      expect([name, types[name] ?? "waiting"]).toEqual([name, waiting.has(name) ? "waiting" : type]);
    }
});

test("has the exporter's units", () => {
  const scales = dcgm
    .views(FACTS)
    .flatMap((view) =>
      sourcesOf(view).map(({ scale }) => [view.name.replace("DCGM_FI_", ""), scale] as const),
    )
    .filter(([, scale]) => scale !== undefined);
  const nanoseconds = ["POWER", "THERMAL", "SYNC_BOOST", "BOARD_LIMIT", "LOW_UTIL", "RELIABILITY"];
  expect(Object.fromEntries(scales)).toEqual({
    DEV_SM_CLOCK: 1e-6,
    DEV_MEM_CLOCK: 1e-6,
    DEV_GPU_UTIL: 100,
    DEV_MEM_COPY_UTIL: 100,
    DEV_ENC_UTIL: 100,
    DEV_DEC_UTIL: 100,
    DEV_FB_FREE: 1 / 1048576,
    DEV_FB_USED: 1 / 1048576,
    DEV_FB_RESERVED: 1 / 1048576,
    DEV_TOTAL_ENERGY_CONSUMPTION: 1000,
    DEV_NVLINK_BANDWIDTH_TOTAL: 1 / 1024,
    ...Object.fromEntries(nanoseconds.map((name) => [`DEV_${name}_VIOLATION`, 1e9])),
  });
});

test("has the exporter's labels, as far as they are known of a series", () => {
  for (const view of dcgm.views(FACTS)) {
    const extra = view.name === "DCGM_EXP_XID_ERRORS_COUNT" ? ["window_size_in_ms", "xid"] : [];
    expect([view.name, labelsOf(view)]).toEqual([view.name, ["Hostname", "UUID", "gpu", ...extra]]);
  }
});

test("has traffic by the second and XID errors of five minutes", () => {
  const windows = dcgm.views(FACTS).filter(isDerived);
  expect(windows.map(({ name, over }) => [name, over])).toEqual([
    ["DCGM_FI_PROF_PCIE_TX_BYTES", 30],
    ["DCGM_FI_PROF_PCIE_RX_BYTES", 30],
    ["DCGM_EXP_XID_ERRORS_COUNT", 300],
  ]);
});
