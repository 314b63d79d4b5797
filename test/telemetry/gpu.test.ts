import { fork, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { observeGpu, type GpuOptions, type GpuState } from "../../src/telemetry/gpu.js";
import type { NativeSegment } from "../../src/telemetry/segment/native.js";
import { parseExposition, type Sample } from "./exposition-parser.js";
import { emitTelemetry, ROOT } from "./fixture.js";

const INDEX = emitTelemetry(join(ROOT, "build/test-telemetry-gpu"));
const PROGRAM = join(ROOT, "test/telemetry/programs/gpu-observer.mjs");
const LIBRARY = join(ROOT, "build/test-libraries/libfake_nvml.so");
const SLOW_CALL = "nvmlDeviceGetPowerUsage";

beforeAll(() => {
  mkdirSync(join(LIBRARY, ".."), { recursive: true });
  const source = join(ROOT, "native/telemetry/tests/fake_nvml/fake_nvml.c");
  const { status, stderr } = spawnSync("cc", ["-std=c11", "-O1", "-fPIC", "-shared", source, "-o", LIBRARY], {
    encoding: "utf8",
  });
  expect([status, stderr]).toEqual([0, ""]);
});

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-gpu-"));
  writeFileSync(join(folder, "log"), "");
  say({});
  children = [];
});
afterEach(async () => {
  const running = children.filter((child) => child.exitCode === null && child.signalCode === null);
  for (const child of running) child.kill("SIGKILL");
  await Promise.all(running.map((child) => once(child, "exit")));
  rmSync(folder, { recursive: true });
});

/** Tells the fake what to answer; see fake_nvml.c. */
function say(answers: Record<string, string | number>): void {
  const lines = Object.entries(answers).map(([key, value]) => `${key} ${value}\n`);
  writeFileSync(join(folder, "unfinished"), lines.join(""));
  renameSync(join(folder, "unfinished"), join(folder, "control"));
}

/** How often a call of NVML began ("+") or ended ("-"). */
function calls(line: string): number {
  return readFileSync(join(folder, "log"), "utf8")
    .split("\n")
    .filter((l) => l === line).length;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(2);
}

interface Observer {
  child: ChildProcess;
  tell: <T>(op: string, more?: object) => Promise<T>;
  order: (op: string) => void;
}

async function openChild(
  options: GpuOptions = { intervalMs: 100 },
  env: NodeJS.ProcessEnv = {},
): Promise<Observer> {
  const child = fork(PROGRAM, [INDEX, JSON.stringify(options)], {
    env: {
      ...process.env,
      TACHO_NVML_PATH: LIBRARY,
      FAKE_NVML_CONTROL: join(folder, "control"),
      FAKE_NVML_LOG: join(folder, "log"),
      ...env,
    },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  children.push(child);
  const died = once(child, "exit").then(([code, signal]) => {
    throw new Error(`The observer ended with ${String(code ?? signal)}.`);
  });
  died.catch(() => undefined);
  const message = () => Promise.race([once(child, "message"), died]);
  await message();
  const order = (op: string, more = {}) => void child.send({ op, ...more });
  return {
    child,
    order,
    async tell<T>(op: string, more = {}) {
      const answered = message();
      order(op, more);
      const [{ result }] = (await answered) as [{ result: T }];
      return result;
    },
  };
}

async function observe(options?: GpuOptions, env?: NodeJS.ProcessEnv): Promise<Observer> {
  const observer = await openChild(options, env);
  await observer.tell("start");
  return observer;
}

const status = async ({ tell }: Observer) => (await tell<GpuState>("state")).status;
const metric = async ({ tell }: Observer, name: string) =>
  parseExposition(await tell<string>("render")).get(name)?.samples ?? [];

const codeAndValue = ({ labels, value }: Sample) => `${labels["code"]!}: ${value}`;

describe("observing the GPUs", () => {
  it("shows their metrics with index and uuid", async () => {
    say({ gpus: 2, "processes.1": "7:4096:/usr/bin/python3" });
    const observer = await observe();
    await until(async () => (await metric(observer, "tacho_gpu_process_memory_bytes")).length > 0);
    expect(await metric(observer, "tacho_gpu_utilization_ratio")).toMatchObject([
      { labels: { gpu: "0", uuid: "GPU-0" }, value: 0.57 },
      { labels: { gpu: "1", uuid: "GPU-1" }, value: 0.57 },
    ]);
    expect(await metric(observer, "tacho_gpu_process_memory_bytes")).toMatchObject([
      { labels: { gpu: "1", process: "python3" }, value: 4096 },
    ]);
    expect(await observer.tell("state")).toEqual({ status: "running", reason: "" });
  });

  it("follows what changes", async () => {
    const observer = await observe();
    await until(async () => (await metric(observer, "tacho_gpu_up")).length > 0);
    say({ utilization: 99, "xids.0.79": 2 });
    await until(async () => (await metric(observer, "tacho_gpu_utilization_ratio"))[0]?.value === 0.99);
    const xids = async () => (await metric(observer, "tacho_gpu_xid_errors_total")).map(codeAndValue);
    await until(async () => (await xids()).includes("79: 2"));
    say({ "return.*": 15 });
    await until(async () => (await metric(observer, "tacho_gpu_up"))[0]?.value === 0);
    expect(await metric(observer, "tacho_gpu_utilization_ratio")).toEqual([]);
  });

  it("says why there is none", async () => {
    const observer = await observe({ library: join(folder, "none.so") });
    await until(async () => (await status(observer)) === "absent");
    expect((await observer.tell<GpuState>("state")).reason).toContain("none.so");
    expect(await metric(observer, "tacho_gpu_devices")).toMatchObject([{ value: 0 }]);
    expect(await metric(observer, "tacho_gpu_up")).toEqual([]);
  });

  it("says what NVML refuses, and tries again", async () => {
    say({ "return.nvmlInit_v2": 18 });
    const observer = await observe();
    await until(async () => (await status(observer)) === "failed");
    expect((await observer.tell<GpuState>("state")).reason).toBe("nvmlInit_v2: lib_rm_version_mismatch");
    say({});
    await until(async () => (await status(observer)) === "running");
  });

  it("takes the gauges away when closed, and keeps the totals", async () => {
    const observer = await observe();
    await until(async () => (await metric(observer, "tacho_gpu_energy_joules_total")).length > 0);
    expect(await observer.tell("close")).toEqual({ status: "closed", reason: "" });
    expect(await metric(observer, "tacho_gpu_up")).toEqual([]);
    expect(await metric(observer, "tacho_gpu_energy_joules_total")).toHaveLength(1);
    await until(() => calls("- loaded") === 1);
    expect(calls("+ nvmlShutdown")).toBe(1);
  });

  it.each([
    [{ intervalMs: 99 }, "Expected 100 to 3600000 for intervalMs but received 99."],
    [{ intervalMs: NaN }, "Expected 100 to 3600000 for intervalMs but received NaN."],
    [{ library: "" }, 'Expected a path for library but received "".'],
  ])("refuses %j", (options, message) => {
    expect(() => observeGpu({} as NativeSegment, options)).toThrow(message);
  });
});

describe("while a call of NVML does not return", () => {
  async function observeSlow(): Promise<Observer> {
    say({ hold: SLOW_CALL });
    const observer = await observe();
    await until(() => calls(`+ ${SLOW_CALL}`) === 1);
    return observer;
  }
  const isUnderWay = () => calls(`+ ${SLOW_CALL}`) === 1 && calls(`- ${SLOW_CALL}`) === 0;

  it("the event loop turns, things are recorded and rendered", async () => {
    const observer = await observeSlow();
    expect(await observer.tell("work", { times: 200 })).toBe(200_000);
    expect(isUnderWay()).toBe(true);
  });

  it("closing does not wait, and nothing is written after it", async () => {
    const observer = await observeSlow();
    expect(await observer.tell("close")).toMatchObject({ status: "closed" });
    expect(isUnderWay()).toBe(true);
    expect(await metric(observer, "tacho_gpu_up")).toEqual([]);
    say({});
    await until(() => calls("- loaded") === 1);
    expect(await metric(observer, "tacho_gpu_power_watts")).toEqual([]);
  });

  it.each([
    ["return", 0],
    ["exit", 0],
    ["throw", 1],
  ])("the process ends by %s", async (way, code) => {
    const { child, order } = await observeSlow();
    order(way);
    expect(await once(child, "exit")).toEqual([code, null]);
    expect(isUnderWay()).toBe(true);
  });

  it("a worker is terminated, and its thread ends later", async () => {
    say({ hold: SLOW_CALL });
    const { child, tell, order } = await openChild();
    await tell("startWorker");
    await until(() => calls(`+ ${SLOW_CALL}`) === 1);
    await tell("terminateWorker");
    expect(isUnderWay()).toBe(true);
    say({});
    await until(() => calls("- loaded") === 1);
    order("return");
    expect(await once(child, "exit")).toEqual([0, null]);
  });
});

describe("while every call of NVML takes 500 ms", () => {
  it("the event loop turns, and the process ends in the midst of one", async () => {
    say({ sleep_ms: 500 });
    const { child, tell, order } = await observe();
    await until(() => calls("- nvmlInit_v2") === 1);
    expect(await tell("work", { times: 200 })).toBe(200_000);
    order("return");
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(calls("+ nvmlShutdown")).toBe(0);
  });
});
