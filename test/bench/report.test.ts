import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { benchModule, ROOT } from "./bench-module.js";

const { barChart, ticksTo } = (await benchModule("report/bar-chart.mjs")) as {
  barChart: (chart: object) => string;
  ticksTo: (most: number) => number[];
};

const folder = mkdtempSync(join(tmpdir(), "bench-report-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** What the bench says of a run in which others took `share` of the machine. */
function reported(name: string, share: number, force: boolean) {
  const others = { share, limit: 0.03, tooBusy: share > 0.03 };
  const call = JSON.stringify([
    { bench: name, others, figures: [] },
    { results: folder, force },
    { [name]: "<svg/>" },
  ]);
  const program = `import { report } from "./bench/report/result.mjs"; report(...${call});`;
  const args = ["--input-type=module", "-e", program];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  const left = ["json", "svg"].filter((ending) => existsSync(join(folder, `${name}.${ending}`)));
  return { status, stdout, stderr, left };
}

describe("a report", () => {
  test("of a quiet machine goes to the results with its charts", () => {
    expect(reported("quiet", 0.01, false)).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
      left: ["json", "svg"],
    });
  });

  test("of a busy machine is refused", () => {
    const { status, stderr, left } = reported("busy", 0.2, false);
    expect({ status, left }).toEqual({ status: 1, left: [] });
    expect(stderr).toContain("Others took 20 % of the CPU time meanwhile; at most 3 % is quiet.");
  });

  test("of a busy machine is made and marked with --force", () => {
    const { status, stdout, left } = reported("forced", 0.2, true);
    expect({ status, left }).toEqual({ status: 0, left: ["json", "svg"] });
    expect(stdout).toMatch(/^BUSY MACHINE/);
  });
});

test.each([
  [7, [0, 1, 2, 3, 4, 5, 6, 7]],
  [2100, [0, 500, 1000, 1500, 2000, 2500]],
  [0.09, [0, 0.02, 0.04, 0.06, 0.08, 0.1]],
])("the ticks up to %f are few and round", (most, ticks) => {
  expect(ticksTo(most)).toEqual(ticks);
});

test("a chart has a bar and a whisker for each value, none for a gap, and escapes its texts", () => {
  const value = { median: 2, least: 1, most: 3 };
  const groups = [
    { name: "1", values: [value, value] },
    { name: "4", values: [value, null] },
  ];
  const svg = barChart({ title: "a < b", unit: "ms", series: ["x", "y"], groups });
  const [bars, legend] = [3, 2];
  expect(svg.match(/<rect /g)).toHaveLength(bars + legend);
  expect(svg.match(/class="line"/g)).toHaveLength(bars);
  expect(svg).toContain("a &lt; b");
});

test.each([
  [["engine", "--threads", "x"], "Expected an integer above 0 for --threads but received 'x'."],
  [
    ["serve", "--streams", "1,0"],
    "Expected integers above 0 with commas between for --streams but received '1,0'.",
  ],
  [
    ["serve", "--against", "vllm"],
    "Expected some of llama-server, node-llama-cpp, tacho-host-sampling, llama-server-backend-sampling, with commas, for --against but received 'vllm'.",
  ],
  [
    ["serving"],
    "Expected one of: engine, serve, nvml, peers, model, gpu, scrape-cost, telemetry, fuzz, telemetry-torture, all; received serving.",
  ],
])("a wrong option gets one line and the exit code 2: %j", (args, message) => {
  const main = join(ROOT, "bench/main.mjs");
  const { status, stderr } = spawnSync(process.execPath, [main, ...args], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 2, stderr: `${message}\n` });
});
