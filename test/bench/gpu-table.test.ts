import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

const { tableOf } = (await benchModule("gpu/table.mjs")) as { tableOf: (folder: string) => string };
const { testResults } = (await benchModule("gpu/test-results.mjs")) as {
  testResults: (report: object, root: string) => object;
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "tacho-gpu-table-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const spread = (median: number) => ({ median, least: median, most: median });
const ABOUT = {
  date: "2026-12-24T10:00:00.000Z",
  gpu: { driver: "580.1", cuda: "13.0", gpus: [{ name: "NVIDIA H200" }] },
  machine: { cpu: "A CPU", cores: 16, node: "v20.20.2" },
  llamaCpp: "v0.5.0",
  packed: { commit: "abc123" },
  seconds: 61,
};

function result(slice: string, bench: string, figures: unknown, more: object = {}): void {
  const command = `node bench/main.mjs ${slice}`;
  const text = JSON.stringify({ ...ABOUT, slice, bench, command, figures, ...more });
  writeFileSync(path.join(folder, `gpu-${slice}.json`), text);
}

const engine = (count: number, own: number, peer: number | null) => [
  {
    streams: count,
    parties: {
      tacho: { rate: spread(own) },
      ...(peer === null ? {} : { "batched-bench": { rate: spread(peer) } }),
    },
    ratios: peer === null ? {} : { "batched-bench": { perRound: spread(own / peer) } },
  },
];

const served = (rate: number, gap: number) => ({ rate: spread(rate), "gap ms p99": spread(gap) });

/** As of three rounds. */
const rounds = (least: number, median: number, most: number) => ({ perRound: { least, median, most } });

const rows = () =>
  tableOf(folder)
    .split("\n")
    .filter((line) => line.startsWith("| "));
const rowOf = (what: string) => rows().find((line) => line.includes(what));

test("each figure is beside its peer and its target, in the order of the counts", () => {
  result("engine-8b-q8_0-128", "engine", engine(128, 9_000, 10_000));
  result("engine-8b-q8_0-8", "engine", engine(8, 1_900, 2_000));
  expect(rows().slice(2)).toEqual([
    "| engine 8b-q8_0, 8 sequences, tokens/s; peer llama-batched-bench | 1,900 | 2,000 | 0.95 (0.95–0.95) | ≥ 0.95 | yes |",
    "| engine 8b-q8_0, 128 sequences, tokens/s; peer llama-batched-bench | 9,000 | 10,000 | 0.9 (0.9–0.9) | ≥ 0.95 | **no** |",
  ]);
});

test("both pairs that sample alike are judged, by their rates and by their gaps", () => {
  const pairs = (host: object, gpu: object, ours: object) => ({
    "llama-server": { own: "tacho-host-sampling", ...host },
    "tacho-host-sampling": { own: "tacho", ...ours },
    "llama-server-backend-sampling": { own: "tacho", ...gpu },
  });
  result("serve-8b-q8_0-64", "serve-closed", [
    {
      streams: 64,
      parties: {
        tacho: served(4_000, 30),
        "llama-server": served(2_500, 25),
        "tacho-host-sampling": served(3_000, 10),
        "llama-server-backend-sampling": served(3_900, 29),
      },
      rateRatios: pairs(rounds(1.1, 1.2, 1.3), rounds(1, 1.1, 1.2), rounds(1.3, 1.33, 1.4)),
      gapRatios: pairs(rounds(0.3, 0.4, 0.5), rounds(1.01, 1.03, 1.1), rounds(2, 3, 4)),
    },
  ]);
  const ours = (figure: string, pair: string) => rowOf(`64 streams, ${figure}; ${pair} |`);
  expect(ours("tokens/s", "tacho-host-sampling beside llama-server")).toContain(
    "| 3,000 | 2,500 | 1.2 (1.1–1.3) | ≥ 1 | yes |",
  );
  expect(ours("gap p99 ms", "tacho-host-sampling beside llama-server")).toContain(
    "| 10 | 25 | 0.4 (0.3–0.5) | ≤ 1 | yes |",
  );
  expect(ours("tokens/s", "tacho beside llama-server-backend-sampling")).toContain("| ≥ 1 | yes |");
  expect(ours("gap p99 ms", "tacho beside llama-server-backend-sampling")).toContain(
    "| 30 | 29 | 1.03 (1.01–1.1) | ≤ 1 | **no** |",
  );
  expect(ours("tokens/s", "tacho beside tacho-host-sampling")).toContain("| 1.33 (1.3–1.4) | – | – |");
});

test("of two servers it is said that each runs by its defaults", () => {
  const ratio = { "llama-server": { own: "tacho", ...rounds(1.1, 1.2, 1.3) } };
  const parties = { tacho: served(3_000, 30), "llama-server": served(2_500, 25) };
  result("serve-70b-q4_K_M-64", "serve-closed", [
    { streams: 64, parties, rateRatios: ratio, gapRatios: ratio },
  ]);
  expect(rowOf("tokens/s; tacho beside llama-server, each by its defaults |")).toContain("| ≥ 1 | yes |");
});

test("a target between the least round and the greatest is undecided, and none is reached by rounding", () => {
  const telemetry = (ratio: object) => [
    { streams: 32, parties: { on: served(999, 1), off: served(1000, 1) }, rateRatios: { off: ratio } },
  ];
  const of = (...ratio: [number, number, number]) => {
    result("telemetry-cost", "serve-telemetry-cost", telemetry(rounds(...ratio)));
    return rowOf("telemetry on, 32 streams")!.split(" | ").slice(3);
  };
  expect(of(0.994, 0.999, 1.01)).toEqual(["0.999 (0.994–1.01)", "≥ 0.995", "undecided |"]);
  expect(of(0.99, 0.992, 0.996).at(-1)).toBe("undecided |");
  expect(of(0.995, 0.999, 1.01).at(-1)).toBe("yes |");
  expect(of(0.9947, 0.9948, 0.9949)).toEqual(["0.9948 (0.9947–0.9949)", "≥ 0.995", "**no** |"]);
  expect(of(0.99, 0.992, 0.9949).at(-1)).toBe("**no** |");
});

test("how long running streams stand still for a long prompt has a target beside llama-server's", () => {
  const times = (p99Ms: number) => ({
    p99Ms: spread(p99Ms),
    longestMs: spread(200),
    ttftMs: spread(5_000),
    stepMs: spread(10),
  });
  const figures = (p99: object) => ({
    longPrompt: 32_000,
    others: 8,
    parties: { tacho: times(20), "llama-server": times(100) },
    gapRatios: { "llama-server": { own: "tacho", ...p99 } },
  });
  const stall = () => rowOf("32000 tokens among 8 streams, gap p99 ms meanwhile");
  result("long-prompt", "serve-long-prompt", figures(rounds(0.1, 0.2, 0.3)));
  expect(stall()).toContain("each by its defaults | 20 | 100 | 0.2 (0.1–0.3) | ≤ 1 | yes |");
  expect(rowOf("longest gap ms")).toContain("| 200 | 200 | 1 | – | – |");
  result("long-prompt", "serve-long-prompt", figures(rounds(1.1, 1.2, 1.3)));
  expect(stall()).toContain("| ≤ 1 | **no** |");
  result("long-prompt", "serve-long-prompt", {
    ...figures({}),
    parties: { tacho: times(20) },
    gapRatios: {},
  });
  expect(stall()).toContain("| 20 | – | – | ≤ 1 | not measured |");
});

test("the sampler, the fields that differ and the tests have targets", () => {
  const comparisons = {
    idle: [{ uuid: "GPU-0", rows: [{ state: "agrees" }, { state: "differs" }, { state: "neither" }] }],
  };
  const exact = { source: "schedstat", shareOfCore: spread(0.0004) };
  const loaded = [{ uuid: "GPU-0", rows: [{ state: "agrees" }] }];
  const coarse = { source: "utime + stime", shareOfCore: { median: 0.001, least: 0.0008, most: 0.0012 } };
  const cost = { intervalMs: 1000, idle: exact, loaded: coarse };
  result("nvml", "nvml", { cost, comparisons: { ...comparisons, loaded } });
  result("tests-1", "tests", { passed: 9, failed: 1, skipped: 2 });
  const pace = "one reading each 1 s";
  expect(rowOf(`share of a core, idle, ${pace}, by schedstat`)).toContain(
    "| 0.04 % | – | – | ≤ 0.1 % | yes |",
  );
  expect(rowOf(`share of a core, loaded, ${pace}, by utime + stime`)).toContain(
    "| 0.1 % | – | – | ≤ 0.1 % | undecided |",
  );
  result("nvml", "nvml", {
    cost: { ...cost, loaded: { failed: "no thread" } },
    comparisons: { ...comparisons, loaded },
  });
  expect(rowOf("share of a core, loaded")).toContain("| – | – | – | ≤ 0.1 % | not measured |");
  expect(rowOf("loaded, of 1 compared")).toContain("| 0 | – | – | ≤ 0 | yes |");
  expect(rowOf("idle, of 2 compared")).toContain("| 1 | – | – | ≤ 0 | **no** |");
  expect(rowOf("tests-1: failed, of 10 (2 skipped)")).toContain("| 1 | – | – | ≤ 0 | **no** |");
});

test("what was not measured has no figure and reaches nothing", () => {
  result("engine-8b-q8_0-8", "engine", engine(8, 1_900, null));
  expect(rowOf("engine")).toContain("| 1,900 | – | – | ≥ 0.95 | not measured |");
});

test("the machine, the date and the exact commands are told; several machines are not told as one", () => {
  result("engine-8b-q8_0-8", "engine", engine(8, 2, 2));
  expect(tableOf(folder)).toContain(
    "1 × NVIDIA H200, driver 580.1, CUDA 13.0; A CPU, 16 cores, Node 20.20.2; llama.cpp v0.5.0; commit abc123; 2026-12-24.",
  );
  expect(tableOf(folder)).toContain("engine-8b-q8_0-8  # 61 s\n  node bench/main.mjs engine-8b-q8_0-8\n");
  expect(tableOf(folder)).not.toContain("570.9");
  const other = { driver: "570.9", cuda: "12.8", gpus: [{ name: "NVIDIA L4" }] };
  result("engine-8b-q8_0-64", "engine", engine(64, 2, 2), { gpu: other });
  expect(tableOf(folder)).toContain("1 × NVIDIA L4, driver 570.9, CUDA 12.8");
});

test("a busy machine and a dry run are never taken for a measurement", () => {
  result("engine-8b-q8_0-8", "engine", engine(8, 2, 2), { others: { tooBusy: true, share: 0.2 } });
  expect(tableOf(folder)).toContain(
    "**Others took more of the CPU than is quiet: engine-8b-q8_0-8 (20 %).**",
  );
  expect(tableOf(folder)).not.toContain("dry run");
  result("engine-tiny-q8_0-1", "engine", engine(1, 2, 2), { dryRun: true });
  expect(tableOf(folder)).toMatch(/^\*\*A dry run on the CPU/);
  expect(rowOf("tiny")).toMatch(/\| dry run \|$/);
});

test("a test run is told by its counts and its failures, a file that could not be run among them", () => {
  const report = {
    testResults: [
      {
        name: "/there/test/a.test.ts",
        status: "failed",
        assertionResults: [
          { status: "passed", fullName: "goes" },
          { status: "pending", fullName: "waits" },
          { status: "failed", fullName: "breaks", failureMessages: ["Error: why\n  at x"] },
        ],
      },
      { name: "/there/test/b.test.ts", status: "failed", assertionResults: [], message: "no build" },
    ],
  };
  expect(testResults(report, "/there")).toEqual({
    passed: 1,
    failed: 2,
    skipped: 1,
    failures: [
      { file: "test/a.test.ts", test: "breaks", says: "Error: why" },
      { file: "test/b.test.ts", test: null, says: "no build" },
    ],
  });
});
