import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, expect, test } from "vitest";

const RUN = path.resolve("bench/gpu/run.sh");
const place = mkdtempSync(path.join(tmpdir(), "tacho-gpu-dry-run-"));
const out = path.join(place, "out");
afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Result {
  dryRun?: boolean;
  bench: string;
  command: string;
  figures: unknown;
}

function run(...flags: string[]) {
  const environment = { ...process.env, XDG_CACHE_HOME: path.join(place, "cache") };
  return spawnSync(RUN, flags, { encoding: "utf8", env: environment, timeout: 110_000 });
}

const dryRun = (...flags: string[]) => run("--dry-run", "--alone", "--out", out, ...flags);

function states(): Record<string, { state: string }> {
  const { slices } = JSON.parse(readFileSync(path.join(out, "state.json"), "utf8")) as {
    slices: Record<string, { state: string }>;
  };
  return slices;
}

/** Slices that are enough to see each bench once. */
const SLICES = [
  ...["machine", "model-tiny-q4_K_M", "model-tiny-q8_0", "nvml", "telemetry-cost", "long-prompt", "recovery"],
  ...["engine-tiny-q4_K_M-2", "serve-tiny-q8_0-2", "tests-1"],
];

test(
  "every kind of measurement runs to its end on the CPU, with a stand-in for the GPU",
  { timeout: 120_000 },
  () => {
    const { status, stdout, stderr } = dryRun("--slice", SLICES.join(","));
    const logs = readdirSync(path.join(out, "logs")).map((name) =>
      readFileSync(path.join(out, "logs", name), "utf8").slice(-1500),
    );
    expect({ status, why: status === 0 ? "" : `${stderr}\n${logs.join("\n")}` }).toEqual({
      status: 0,
      why: "",
    });
    const done = Object.entries(states()).filter(([, { state }]) => state === "done");
    expect(done.map(([name]) => name).sort()).toEqual([...SLICES].sort());
    for (const name of SLICES) {
      const result = JSON.parse(readFileSync(path.join(out, `gpu-${name}.json`), "utf8")) as Result;
      expect(result).toMatchObject({ dryRun: true, gpu: { gpus: [{ name: "Fake H200" }] } });
      expect(result.figures, name).toBeDefined();
      expect(result.command).not.toContain(place);
    }
    expect(stdout).toMatch(/^\*\*A dry run on the CPU/);
    for (const what of [
      "engine tiny-q4_K_M, 2",
      "HTTP tiny-q8_0, 2",
      "telemetry on, 32",
      "600 tokens",
      "killed",
    ])
      expect(stdout).toContain(what);
    // The two stand-ins say the same in different words.
    expect(stdout).toMatch(/nvidia-smi's, idle, of 4\d compared \| 0 \|/);
    for (const state of ["idle", "loaded"])
      expect(stdout).toMatch(
        new RegExp(`share of a core, ${state}, .*by (schedstat|utime \\+ stime) \\| [\\d.]+ %`),
      );
    expect(stdout).toMatch(/tests-1: failed, of [1-9]\d* \(0 skipped\) \| 0 \|/);

    const again = dryRun("--slice", SLICES.join(","));
    expect({ status: again.status, ran: again.stderr }).toEqual({ status: 0, ran: "" });
    const { stdout: held } = spawnSync("tar", ["-tzf", path.join(out, "results.tar.gz")], {
      encoding: "utf8",
    });
    expect(held.split("\n")).toEqual(expect.arrayContaining(SLICES.map((name) => `gpu-${name}.json`)));
  },
);

test(
  "a model that is not on this machine is written again, one that is there is not",
  { timeout: 120_000 },
  () => {
    const name = "model-tiny-q8_0";
    const rate = () => {
      const { figures } = JSON.parse(readFileSync(path.join(out, `gpu-${name}.json`), "utf8")) as Result;
      return (figures as { megabytesPerSecond: number | null }).megabytesPerSecond;
    };
    // The first call writes it, unless it is there.
    const statuses = [dryRun("--again", "--slice", name).status, dryRun("--again", "--slice", name).status];
    expect(statuses).toEqual([0, 0]);
    expect(rate()).toBeNull();
    rmSync(path.join(place, "cache/tacho-bench/models/random-tiny-q8_0.gguf"));
    expect(dryRun("--list").stdout).toMatch(/^model-tiny-q8_0: .* not on this machine *$/m);
    expect(dryRun("--slice", name).stderr).toMatch(/^model-tiny-q8_0: done after /m);
    expect(rate()).toBeGreaterThan(0);
  },
);

test("with --minutes no slice is begun that is expected to take longer than what is left", () => {
  const folder = path.join(place, "minutes");
  const flags = ["--dry-run", "--alone", "--out", folder, "--minutes", "2.5", "--slice", "machine,nvml"];
  const { status, stderr } = run(...flags);
  expect(stderr).toMatch(/^machine: done after .*\nnot begun, for want of time: nvml\n$/m);
  expect(status).toBe(0);
});

test("a slice that cannot run yet says what it needs", () => {
  const folder = path.join(place, "other");
  const { status, stderr } = run("--dry-run", "--out", folder, "--slice", "recovery");
  expect(status).toBe(1);
  expect(stderr).toBe("recovery: not run; needs model-tiny-q8_0 first\n");
});

test.each([
  [[], "Expected --out FOLDER."],
  [
    ["--dry-run", "--out", out, "--slice", "nothing"],
    "Expected a slice of --list for --slice but received 'nothing'.",
  ],
  [["--plan", "short"], "Expected one of gpu, lent for --plan but received 'short'."],
  [["--dry-run", "--plan", "lent"], "Expected no --plan with --dry-run, which has its own."],
  [["--minutes", "soon"], "Expected a number above 0 for --minutes but received 'soon'."],
])("%o is refused", (flags, message) => {
  const { status, stderr } = run(...flags);
  expect(stderr).toContain(message);
  expect(status).toBe(2);
});

test("what there is to do is listed with the time that it may take", () => {
  const { status, stdout } = dryRun("--list");
  expect(status).toBe(0);
  expect(stdout).toMatch(/^slice +expected +took/);
  expect(stdout).toMatch(/^nvml: the GPU's metrics beside nvidia-smi.* 4 min/m);
});
