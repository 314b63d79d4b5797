import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
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
  isNamedOnly?: boolean;
}
type State = Record<string, Settled>;

const { readState, note, pending, missingNeeds, within } = (await benchModule("gpu/state.mjs")) as {
  readState: (file: string) => State;
  note: (file: string, name: string, what: Settled) => void;
  pending: (slices: Slice[], state: State) => Slice[];
  missingNeeds: (slice: Slice, state: State) => string | null;
  within: (minutes: number, slices: Slice[], state: State) => Slice[];
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

  test("--minutes takes what fits, in order, with what it needs", () => {
    const slices = [
      slice("build", 9),
      slice("peers", 4, ["build"]),
      slice("engine", 2, ["peers"]),
      { ...slice("named", 1), isNamedOnly: true },
      slice("tests", 3, ["build"]),
    ];
    expect(names(within(8, slices, {}))).toEqual([]);
    expect(names(within(13, slices, {}))).toEqual(["build", "peers"]);
    expect(names(within(12, slices, {}))).toEqual(["build", "tests"]);
    expect(names(within(6, slices, { build: { state: "done" } }))).toEqual(["peers", "engine"]);
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
    expect(await run(child, {}, 1)).toMatchObject({ state: "unfinished", reason: "took more than 1 s" });
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

  test("that the GPU has no room for is skipped, and says so", async () => {
    expect(await run(RESULT, { memory: 101 })).toEqual({
      state: "skipped",
      reason: "needs 1.01e-7 GB of GPU memory; there are 1e-7 GB",
    });
  });
});
