import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { benchModule, ROOT } from "./bench-module.js";

interface Settled {
  state: string;
  reason?: string;
  seconds?: number;
}
interface Slice {
  name: string;
  minutes: number;
  needs: string[];
  title?: string;
  products?: () => string[];
  isFit?: () => boolean;
}
type State = Record<string, Settled>;

const { readState, note, pending, missingNeeds, stateHere } = (await benchModule("gpu/state.mjs")) as {
  readState: (file: string) => State;
  note: (file: string, name: string, what: Settled) => void;
  pending: (slices: Slice[], state: State) => Slice[];
  missingNeeds: (slice: Slice, state: State) => string | null;
  stateHere: (state: State, slices: Slice[]) => State;
};
const { runAll } = (await benchModule("gpu/run-all.mjs")) as {
  runAll: (
    wanted: Slice[],
    run: object,
    time: { slices: Slice[]; secondsLeft?: () => number },
  ) => Promise<boolean>;
};
const { runSlice } = (await benchModule("gpu/run-slice.mjs")) as {
  runSlice: (slice: object, run: object) => Promise<Settled>;
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "tacho-gpu-run-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const slice = (name: string, minutes = 1, needs: string[] = []): Slice => ({ name, minutes, needs });
const names = (slices: Slice[]) => slices.map(({ name }) => name);

describe("the state file", () => {
  test("is empty before the first slice, and keeps what each has come to", () => {
    const file = path.join(folder, "deeper", "state.json");
    expect(readState(file)).toEqual({});
    note(file, "a", { state: "running" });
    note(file, "b", { state: "failed", reason: "ended with 1" });
    note(file, "a", { state: "done", seconds: 2 });
    expect(readState(file)).toEqual({
      a: { state: "done", seconds: 2 },
      b: { state: "failed", reason: "ended with 1" },
    });
    expect(readdirSync(path.dirname(file))).toEqual(["state.json"]);
  });

  test("a slice that was killed, or ran out of time, is to be done again; one that failed is not", () => {
    const state = {
      killed: { state: "running" },
      late: { state: "unfinished" },
      done: { state: "done" },
      failed: { state: "failed" },
      small: { state: "skipped" },
    };
    const slices = [...Object.keys(state), "new"].map((name) => slice(name));
    expect(names(pending(slices, state))).toEqual(["killed", "late", "new"]);
  });

  test("what a slice needs must be done, not only begun", () => {
    const wants = slice("engine", 1, ["build", "model"]);
    expect(missingNeeds(wants, {})).toBe("needs build and model first");
    const state = { build: { state: "done" }, model: { state: "running" } };
    expect(missingNeeds(wants, state)).toBe("needs model first");
    expect(missingNeeds(wants, { ...state, model: { state: "done" } })).toBeNull();
  });

  test("what was done on another machine is to be done again where its product is not on this one", () => {
    const model = path.join(folder, "model.gguf");
    const slices = [
      { ...slice("model"), products: () => [model] },
      { ...slice("engine", 1, ["model"]), products: () => [] },
    ];
    const state = { model: { state: "done" }, engine: { state: "done" }, other: { state: "failed" } };
    writeFileSync(`${model}.17.partial`, "");
    expect(stateHere(state, slices)).toEqual({ ...state, model: { state: "gone" } });
    expect(names(pending(slices, stateHere(state, slices)))).toEqual(["model"]);
    expect(missingNeeds(slices[1]!, stateHere(state, slices))).toBe("needs model first");
    writeFileSync(model, "");
    expect(stateHere(state, slices)).toEqual(state);
    const unfit = slices.map((one) => ({ ...one, isFit: () => one.name !== "model" }));
    expect(stateHere(state, unfit)["model"]).toEqual({ state: "gone" });
  });
});

describe("a run", () => {
  let clock: number;
  beforeEach(() => (clock = 0));

  function sliceThat(name: string, minutes: number, text: string, needs: string[] = []): Slice {
    const file = path.join(folder, `${name}.cjs`);
    writeFileSync(file, text);
    const program = {
      command: [file],
      result: "x.json",
      output: "--results",
      environment: {},
      endsWith: [0],
    };
    return { ...slice(name, minutes, needs), title: name, ...program };
  }
  const WELL = `require("fs").writeFileSync(process.argv[3] + "/x.json", '{"bench":"x","figures":1}')`;

  const run = (wanted: Slice[], secondsLeft?: () => number, archive?: string) =>
    runAll(
      wanted,
      {
        ...{ root: ROOT, out: folder, stateFile: path.join(folder, "state.json"), cache: folder },
        ...{ gpuBytes: 100, seconds: 30, environment: {}, facts: {}, archive },
      },
      { slices: wanted, ...(secondsLeft && { secondsLeft }) },
    );
  const came = () =>
    Object.fromEntries(
      Object.entries(readState(path.join(folder, "state.json"))).map(([name, { state }]) => [name, state]),
    );

  test("begins only what is expected to end in time, by what is left when its turn comes", async () => {
    const slices = [
      sliceThat("first", 1, WELL),
      sliceThat("long", 4, WELL),
      sliceThat("of-long", 0.1, WELL, ["long"]),
      sliceThat("short", 1, WELL, ["first"]),
      sliceThat("last", 1, WELL),
    ];
    // Four minutes, of which fifty seconds are over each time that a slice has its turn.
    const isWell = await run(slices, () => 240 - 50 * clock++);
    expect(came()).toEqual({ first: "done", short: "done" });
    expect(isWell).toBe(true);
  });

  test("ends a slice when its time is over, not only at the limit of a slice", async () => {
    const isWell = await run([sliceThat("slow", 0.01, "setInterval(() => {}, 1000)")], () => 1);
    expect(isWell).toBe(false);
    expect(readState(path.join(folder, "state.json"))["slow"]).toMatchObject({
      state: "unfinished",
      reason: "took more than 1 s",
    });
  });

  test("leaves all results so far as one whole file after each slice, without what they were made of", async () => {
    const archive = path.join(folder, "results.tar.gz");
    const listing = `require("child_process").execFileSync("tar", ["-tzf", ${JSON.stringify(archive)}], { encoding: "utf8" })`;
    const looks = `require("fs").writeFileSync(process.argv[3] + "/x.json", JSON.stringify({ figures: ${listing} }))`;
    expect(await run([sliceThat("a", 1, WELL), sliceThat("b", 1, looks)])).toBe(true);
    const seen = JSON.parse(readFileSync(path.join(folder, "gpu-b.json"), "utf8")) as { figures: string };
    expect(seen.figures.split("\n").filter(Boolean).sort()).toEqual(
      ["gpu-a.json", "logs/", "logs/a.log", "state.json"].sort(),
    );
    const { stdout } = spawnSync("tar", ["-xzOf", archive, "state.json"], { encoding: "utf8" });
    expect(JSON.parse(stdout)).toMatchObject({ slices: { a: { state: "done" }, b: { state: "done" } } });
    expect(readdirSync(folder)).not.toContain("results.tar.gz.part");
  });

  test("leaves that file where it is told to, as the README takes it apart", async () => {
    const archive = path.join(folder, "elsewhere.tar.gz");
    expect(await run([sliceThat("a", 1, WELL)], undefined, archive)).toBe(true);
    expect(readdirSync(folder)).not.toContain("results.tar.gz");
    const readme = readFileSync(path.join(ROOT, "bench/gpu/README.md"), "utf8");
    const [, pattern] = /^tar -xzf results.tar.gz -C bench\/results (--wildcards '.*')$/m.exec(readme)!;
    const { stdout } = spawnSync(`tar -tzf ${archive} ${pattern!}`, { encoding: "utf8", shell: true });
    expect(stdout).toBe("gpu-a.json\n");
  });

  test("goes on where the results cannot be archived, and leaves the last archive", async () => {
    const archive = path.join(folder, "results.tar.gz");
    writeFileSync(archive, "the last one");
    const half = `for flag; do case $flag in --file=*) echo half > "\${flag#--file=}";; esac; done; exit 2`;
    writeFileSync(path.join(folder, "tar"), `#!/bin/sh\n${half}\n`, { mode: 0o755 });
    vi.stubEnv("PATH", folder);
    expect(await run([sliceThat("a", 1, WELL)])).toBe(true);
    vi.unstubAllEnvs();
    expect(came()).toEqual({ a: "done" });
    expect(readFileSync(archive, "utf8")).toBe("the last one");
    expect(readdirSync(folder)).not.toContain("results.tar.gz.part");
  });
});

describe("a slice", () => {
  const RESULT = `fs.writeFileSync(process.argv[3] + "/figures.json", JSON.stringify({ bench: "x", figures: 7 }))`;

  function program(text: string): string {
    const file = path.join(folder, "program.cjs");
    writeFileSync(file, `const fs = require("fs");\n${text}\n`);
    return file;
  }

  function run(text: string, more: object = {}, seconds = 30): Promise<Settled> {
    const one = {
      ...{ name: "one", command: [program(text)], result: "figures.json", output: "--results" },
      ...{ environment: {}, endsWith: [0], ...more },
    };
    return runSlice(one, {
      ...{ root: ROOT, out: folder, stateFile: path.join(folder, "state.json"), cache: folder },
      ...{ gpuBytes: 100, seconds, environment: { SAID: "so" }, facts: { gpu: { driver: "1.2" } } },
    });
  }

  const state = () => readState(path.join(folder, "state.json"))["one"];
  const left = () => JSON.parse(readFileSync(path.join(folder, "gpu-one.json"), "utf8")) as object;

  test("leaves its figures with where and by which command they were measured", async () => {
    expect(await run(RESULT, { environment: { TACHO_GPU: "cuda" } })).toMatchObject({ state: "done" });
    expect(state()).toMatchObject({ state: "done" });
    expect(left()).toMatchObject({ slice: "one", gpu: { driver: "1.2" }, bench: "x", figures: 7 });
    expect(left()).toHaveProperty("command", expect.stringMatching(/^TACHO_GPU=cuda node .*program\.cjs$/));
  });

  test("that is killed with its runner counts as running, and is done again from the start", async () => {
    note(path.join(folder, "state.json"), "one", { state: "running" });
    const stale = path.join(folder, "raw", "one");
    const again = `if (fs.readdirSync(process.argv[3]).length > 0) process.exit(3);\n${RESULT}`;
    await run(RESULT);
    expect(readdirSync(stale)).toEqual(["figures.json"]);
    expect(await run(again)).toMatchObject({ state: "done" });
  });

  test("that fails, or leaves no figures, has failed, and its words are in its log", async () => {
    expect(await run(`console.error("no such GPU"); process.exit(4)`)).toMatchObject({
      state: "failed",
      reason: "ended with 4; see logs/one.log",
    });
    expect(readFileSync(path.join(folder, "logs/one.log"), "utf8")).toContain("no such GPU");
    expect(await run("")).toMatchObject({ state: "failed" });
    expect(readdirSync(folder)).not.toContain("gpu-one.json");
  });

  test("that takes too long is ended with all its processes", async () => {
    const child = `
      const { pid } = require("child_process").spawn("sleep", ["600"]);
      fs.writeFileSync(${JSON.stringify(folder)} + "/pid", String(pid));
      setInterval(() => {}, 1000);`;
    expect(await run(child, {}, 5)).toMatchObject({ state: "unfinished", reason: "took more than 5 s" });
    const pid = readFileSync(path.join(folder, "pid"), "utf8");
    const stat = (() => {
      try {
        return readFileSync(`/proc/${pid}/stat`, "utf8");
      } catch {
        return "gone";
      }
    })();
    expect(stat).toMatch(/^gone$|\) Z /);
  });

  test("ends first what a killed run of it has left, and nothing of others", async () => {
    const start = (mark: string) =>
      spawn("sleep", ["600"], { env: { ...process.env, TACHO_GPU_SLICE: mark }, stdio: "ignore" });
    const [own, other] = [start(`${folder}:one`), start(`${folder}:another`)];
    const ended = once(own, "exit");
    await run(RESULT);
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(other.exitCode ?? other.signalCode).toBeNull();
    other.kill();
    await once(other, "exit");
  });

  test("that writes a model needs room for it only where it is not there, and counts no part of it as there", async () => {
    const file = path.join(folder, "model.gguf");
    const model = { disk: 1e30, products: () => [file] };
    const parts = [`${file}.1234567890.partial`, `${file}.${process.pid}.partial`];
    for (const part of parts) writeFileSync(part, "half of it");
    expect(await run(RESULT, model)).toMatchObject({
      state: "skipped",
      reason: expect.stringMatching(/^needs 1e\+21 GB on the disk of /) as unknown,
    });
    // A writer that was killed left them: one's number is another process's now.
    expect(parts.filter((part) => existsSync(part))).toEqual([]);
    writeFileSync(file, "");
    expect(await run(RESULT, model)).toMatchObject({ state: "done" });
  });

  test("that needs what did not come with the rest is skipped, and says so", async () => {
    const files = { vitest: ["no/vitest.mjs", "nor/this.mjs"] };
    expect(await run(RESULT, { files })).toEqual({
      state: "skipped",
      reason: "needs vitest, which did not come with the rest",
    });
    expect(await run(RESULT, { files: { vitest: ["no", "package.json"] } })).toMatchObject({ state: "done" });
  });

  test("that the GPU has no room for is skipped, and says so", async () => {
    expect(await run(RESULT, { memory: 101 })).toEqual({
      state: "skipped",
      reason: "needs 1.01e-7 GB of GPU memory; there are 1e-7 GB",
    });
  });
});
