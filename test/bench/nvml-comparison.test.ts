import { readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { benchModule, ROOT } from "./bench-module.js";

interface Node {
  text: string;
  children: Record<string, Node[]>;
}
interface Row {
  metric: string;
  labels: Record<string, string>;
  state: string;
  tacho: unknown;
  "nvidia-smi": unknown;
  agreeing?: number;
  samples?: number;
}
interface Series {
  metric: string;
  labels: Record<string, string>;
  value: number;
}
interface Field {
  metric: string;
}

const { parseSmi, textAt, numberIn } = (await benchModule("nvml/smi-document.mjs")) as {
  parseSmi: (xml: string) => Node;
  textAt: (node: Node, path: string) => string | null;
  numberIn: (text: string | null) => number | null;
};
const { compareGpu, isWrong } = (await benchModule("nvml/comparison.mjs")) as {
  compareGpu: (samples: object[]) => Row[];
  isWrong: (row: { state: string }) => boolean;
};
const { LEVELS, TOTALS, UNCOMPARED } = (await benchModule("nvml/fields.mjs")) as {
  LEVELS: Field[];
  TOTALS: Field[];
  UNCOMPARED: Record<string, string>;
};
const { callCosts } = (await benchModule("nvml/call-costs.mjs")) as {
  callCosts: (before: object, after: object, seconds: number) => object[];
};

const { costOf } = (await benchModule("nvml.mjs")) as {
  costOf: (options: { seconds: number; interval: number }) => Promise<{ failed?: string }>;
};

function documentOf(body: string): Node {
  return parseSmi(
    `<?xml version="1.0" ?>\n<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">\n<nvidia_smi_log>
      <driver_version>580.1</driver_version>
      <gpu id="0"><uuid>GPU-0</uuid>${body}<accounted_processes/></gpu></nvidia_smi_log>`,
  );
}

function sample(body: string, readings: Series[][], at = 0): object {
  const document = documentOf(body);
  return { at, document, gpu: document.children["gpu"]![0], readings };
}

const series = (metric: string, value: number, labels: Record<string, string> = {}): Series => ({
  metric,
  labels: { gpu: "0", uuid: "GPU-0", ...labels },
  value,
});

function rowOf(rows: Row[], metric: string, label?: string): Row {
  return rows.find((row) => row.metric === metric && (!label || Object.values(row.labels).includes(label)))!;
}

describe("nvidia-smi's document", () => {
  test("is read into names, texts and lists", () => {
    const list = "<processes><process_info><pid>1</pid></process_info><process_info/></processes>";
    const gpu = documentOf(`<utilization>\n  <gpu_util>32 %</gpu_util>\n</utilization>${list}`).children[
      "gpu"
    ]![0]!;
    expect(textAt(gpu, "utilization/gpu_util")).toBe("32 %");
    expect(textAt(gpu, "utilization/memory_util")).toBeNull();
    expect(gpu.children["processes"]![0]!.children["process_info"]).toHaveLength(2);
    expect(() => parseSmi("NVIDIA-SMI has failed")).toThrow(
      "Expected the XML of nvidia-smi -q -x but received",
    );
  });

  test.each([
    ["434 MiB", 434],
    ["27.22 W", 27.22],
    ["-2 C", -2],
    ["0", 0],
    ["Active", 1],
    ["Not Active", 0],
    ["Yes", 1],
    ["Disabled", 0],
    ["N/A", null],
    ["[N/A]", null],
    ["595.71.05", null],
    ["Requested functionality has been deprecated", null],
  ])("%s says %s", (text, value) => expect(numberIn(text)).toBe(value));
});

describe("a reading beside nvidia-smi's", () => {
  const POWER = "tacho_gpu_power_watts";
  const watts = (text: string) =>
    `<gpu_power_readings><average_power_draw>${text}</average_power_draw></gpu_power_readings>`;

  test("agrees where it lies within the tolerance of what was shown meanwhile", () => {
    const shown = [[series(POWER, 100)], [series(POWER, 300)]];
    const verdict = (text: string) => rowOf(compareGpu([sample(watts(text), shown)]), POWER).state;
    expect(verdict("200.00 W")).toBe("agrees");
    expect(verdict("317.00 W")).toBe("agrees");
    expect(verdict("330.00 W")).toBe("differs");
    expect(verdict("80.00 W")).toBe("differs");
  });

  test("is wrong as soon as one sample differs, and how many agreed is told", () => {
    const rows = compareGpu([
      sample(watts("100.00 W"), [[series(POWER, 100)]]),
      sample(watts("100.00 W"), [[series(POWER, 150)]], 1000),
    ]);
    expect(rowOf(rows, POWER)).toMatchObject({ state: "differs", agreeing: 1, samples: 2, tacho: 150 });
  });

  test("that only one of them has is told; only what tacho lacks is wrong", () => {
    const lacking = rowOf(compareGpu([sample(watts("100.00 W"), [[]])]), POWER);
    const more = rowOf(compareGpu([sample(watts("N/A"), [[series(POWER, 100)]])]), POWER);
    const none = rowOf(compareGpu([sample(watts("N/A"), [[]])]), POWER);
    expect([lacking, more, none].map(({ state }) => state)).toEqual([
      "only nvidia-smi",
      "only tacho",
      "neither",
    ]);
    expect([lacking, more, none].map(isWrong)).toEqual([true, false, false]);
  });

  test("of memory may differ by the MiB that nvidia-smi rounds to", () => {
    const used = (bytes: number) =>
      rowOf(
        compareGpu([
          sample("<fb_memory_usage><used>2026 MiB</used></fb_memory_usage>", [
            [series("tacho_gpu_memory_used_bytes", bytes)],
          ]),
        ]),
        "tacho_gpu_memory_used_bytes",
      ).state;
    expect(used(2026.9 * 2 ** 20)).toBe("agrees");
    expect(used(2028 * 2 ** 20)).toBe("differs");
  });

  test("of throttling, under its earlier name too, and of errors must be the same", () => {
    const reasons = (name: string, text: string) =>
      `<clocks_${name}_reasons><clocks_${name}_reason_sw_power_cap>${text}</clocks_${name}_reason_sw_power_cap></clocks_${name}_reasons>`;
    const shown = [[series("tacho_gpu_throttle_active", 1, { reason: "software_power_cap" })]];
    const verdict = (body: string) =>
      rowOf(compareGpu([sample(body, shown)]), "tacho_gpu_throttle_active", "software_power_cap").state;
    expect(verdict(reasons("event", "Active"))).toBe("agrees");
    expect(verdict(reasons("throttle", "Active"))).toBe("agrees");
    expect(verdict(reasons("event", "Not Active"))).toBe("differs");
    const errors = `<ecc_errors><volatile><sram_uncorrectable_parity>1</sram_uncorrectable_parity><dram_uncorrectable>2</dram_uncorrectable></volatile></ecc_errors>`;
    const ecc = [[series("tacho_gpu_ecc_errors", 3, { error: "uncorrected", scope: "volatile" })]];
    const labels = { error: "uncorrected", scope: "volatile" };
    const found = compareGpu([sample(errors, ecc)]).find(
      (row) => row.metric === "tacho_gpu_ecc_errors" && JSON.stringify(row.labels) === JSON.stringify(labels),
    );
    expect(found).toMatchObject({ state: "agrees", tacho: 3, "nvidia-smi": 3 });
  });

  test("of a total is compared by its growth, of energy by the power drawn meanwhile", () => {
    const energy = (joules: number) => [[series("tacho_gpu_energy_joules_total", joules)]];
    const grown = (end: number) =>
      rowOf(
        compareGpu([sample(watts("100.00 W"), energy(5000)), sample(watts("300.00 W"), energy(end), 10_000)]),
        "tacho_gpu_energy_joules_total",
      );
    expect(grown(7000)).toMatchObject({ state: "agrees", tacho: 2000, "nvidia-smi": 2000 });
    expect(grown(9000).state).toBe("differs");
  });

  test("of words must be the same words", () => {
    const info = [[series("tacho_gpu_info", 1, { name: "NVIDIA H200", driver_version: "570.9" })]];
    const rows = compareGpu([sample("<product_name>NVIDIA H200</product_name>", info)]);
    expect(rowOf(rows, "tacho_gpu_info", "name").state).toBe("agrees");
    expect(rowOf(rows, "tacho_gpu_info", "driver_version").state).toBe("differs");
  });
});

test("every metric of a GPU is compared, or it is said why not", () => {
  const source = readFileSync(path.join(ROOT, "native/telemetry/nvml/gpu_metrics.cpp"), "utf8");
  const perGpu = Array.from(source.matchAll(/\bkGpu, "(tacho_gpu_\w+)"/g), ([, name]) => name);
  expect(perGpu.length).toBeGreaterThan(40);
  const compared = [...LEVELS, ...TOTALS].map(({ metric }) => metric);
  const treated = new Set([...compared, ...Object.keys(UNCOMPARED), "tacho_gpu_info"]);
  expect(perGpu.filter((name) => !treated.has(name!))).toEqual([]);
  expect([...treated].filter((name) => !perGpu.includes(name))).toEqual([]);
});

describe("the sampler's cost", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  test("that cannot be measured is told, and does not take the comparisons with it", async () => {
    vi.stubEnv("TACHO_NVML_PATH", path.join(ROOT, "no-such-library.so"));
    const log = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    const { failed } = await costOf({ seconds: 0.1, interval: 0.1 });
    expect(failed).toMatch(/^the sampler's cost ended with 1: [^]*Expected GPUs to be read/);
    expect(log).toHaveBeenCalled();
  });
});

test("a call's cost is that of the time between two snapshots", () => {
  const snapshot = (...calls: [string, number, number][]) => ({
    tacho_gpu_nvml_call_duration_seconds: {
      series: calls.map(([call, count, sum]) => ({ labels: { call }, count, sum })),
    },
  });
  const rows = callCosts(
    snapshot(["nvmlInit_v2", 1, 2], ["power", 10, 0.01]),
    snapshot(["nvmlInit_v2", 1, 2], ["power", 30, 0.03], ["clock", 20, 0.1]),
    10,
  );
  expect(rows).toEqual([
    { call: "clock", perSecond: 2, meanMicroseconds: 5000, millisecondsPerSecond: 10 },
    {
      call: "power",
      perSecond: 2,
      meanMicroseconds: expect.closeTo(1000) as number,
      millisecondsPerSecond: expect.closeTo(2) as number,
    },
  ]);
});
