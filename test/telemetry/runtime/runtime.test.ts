import { fork } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCatalog,
  newSegmentPath,
  observeRuntime,
  openTelemetry,
  type RuntimeObserver,
  type SpecOf,
  type Telemetry,
} from "../../../src/telemetry/index.js";
import { parseExposition, type Sample } from "../exposition-parser.js";
import { emitTelemetry, ROOT, valueOf } from "../fixture.js";

const INDEX = emitTelemetry(join(ROOT, "build/test-telemetry"));
const PROGRAM = join(ROOT, "test/telemetry/programs/runtime.mjs");

const catalog = defineCatalog({ own: { type: "counter", name: "own_total", help: "Own.", labels: {} } });

let telemetry: Telemetry<SpecOf<typeof catalog>>;
beforeEach(() => {
  telemetry = openTelemetry(catalog, { path: newSegmentPath() });
});
afterEach(() => telemetry.close());

async function samples(): Promise<Sample[]> {
  const families = parseExposition((await telemetry.render()).toString());
  return [...families.values()].flatMap((family) => family.samples);
}

/** The names of what has a series with this value of a label. */
async function namesWith(label: string, value: string): Promise<Set<string>> {
  const found = (await samples()).filter(({ labels }) => labels[label] === value);
  return new Set(found.map(({ name }) => name));
}

describe("the runtime of this thread", () => {
  const thread = { process: "main", thread: "main" };
  const whole = { process: "main" };
  let runtime: RuntimeObserver;
  beforeEach(() => {
    runtime = observeRuntime(telemetry);
  });
  afterEach(() => runtime.close());

  it("shows the heap and the memory when the metrics are read", async () => {
    const used = (await valueOf(telemetry, "nodejs_heap_size_used_bytes", thread))!;
    const total = (await valueOf(telemetry, "nodejs_heap_size_total_bytes", thread))!;
    const limit = (await valueOf(telemetry, "nodejs_heap_size_limit_bytes", thread))!;
    const resident = (await valueOf(telemetry, "process_resident_memory_bytes", whole))!;
    expect(used).toBeGreaterThan(1e6);
    expect(total).toBeGreaterThan(used / 2);
    expect(limit).toBeGreaterThan(total);
    expect(resident).toBeGreaterThan(total / 2);
    const old = await valueOf(telemetry, "nodejs_heap_space_size_used_bytes", { ...thread, space: "old" });
    expect(old).toBeGreaterThan(1e6);

    const held = Buffer.alloc(64e6);
    const buffers = async () => (await valueOf(telemetry, "nodejs_array_buffers_memory_bytes", thread))!;
    while ((await buffers()) < held.length);
    expect(await valueOf(telemetry, "nodejs_external_memory_bytes", thread)).toBeGreaterThan(held.length);
  });

  it("shows what the process is", async () => {
    const [major, minor, patch] = process.versions.node.split(".");
    const version = { version: process.version, major: major!, minor: minor!, patch: patch! };
    expect(await valueOf(telemetry, "nodejs_version_info", { ...whole, ...version })).toBe(1);
    expect(await valueOf(telemetry, "process_start_time_seconds", whole)).toBeCloseTo(
      Date.now() / 1000 - process.uptime(),
      0,
    );
  });

  it("counts open files", async () => {
    const before = (await valueOf(telemetry, "process_open_fds", whole))!;
    const files = Array.from({ length: 20 }, () => openSync(INDEX, "r"));
    const opened = async () => (await valueOf(telemetry, "process_open_fds", whole))!;
    while ((await opened()) < before + 15);
    expect(await valueOf(telemetry, "process_max_fds", whole)).toBeGreaterThan(before + 20);
    files.forEach(closeSync);
  });

  it("counts time of the CPU and of the event loop up to its close", async () => {
    const start = process.cpuUsage();
    const spent = ({ user, system } = process.cpuUsage(start)) => user + system;
    const begun = performance.now();
    // The process's other threads spend time too, but only this one keeps the loop.
    while (spent() < 50_000 || performance.now() - begun < 50);
    runtime.close();
    const user = (await valueOf(telemetry, "process_cpu_user_seconds_total", whole))!;
    const system = (await valueOf(telemetry, "process_cpu_system_seconds_total", whole))!;
    expect(user + system).toBeGreaterThanOrEqual(0.05);
    expect(await valueOf(telemetry, "process_cpu_seconds_total", whole)).toBeCloseTo(user + system, 9);
    const active = await valueOf(telemetry, "nodejs_eventloop_time_seconds_total", {
      ...thread,
      state: "active",
    });
    expect(active).toBeGreaterThan(0.04);
  });

  it("shows the loop's utilization and its active resources once a second has passed", async () => {
    const utilization = async () => valueOf(telemetry, "nodejs_eventloop_utilization_ratio", thread);
    let now: number | undefined;
    while ((now = await utilization()) === undefined);
    expect(now).toBeGreaterThan(0);
    expect(now).toBeLessThanOrEqual(1);
    const resources = (await samples()).filter(({ name }) => name === "nodejs_active_resources");
    expect(resources.length).toBeGreaterThan(0);
  });

  it("is recorded by one observer at a time, so that nothing counts twice", () => {
    expect(() => observeRuntime(telemetry)).toThrow("Expected one runtime observer");
    runtime.close();
    runtime = observeRuntime(telemetry);
  });

  it("vanishes with its close, which may come twice; what was counted stays", async () => {
    const spent = async () => valueOf(telemetry, "process_cpu_seconds_total", whole);
    while ((await valueOf(telemetry, "nodejs_eventloop_lag_seconds", thread)) === undefined);
    runtime.close();
    const total = await spent();
    runtime.close();
    const gauges = /_(bytes|fds|resources|ratio|lag_seconds|time_seconds)$/;
    expect((await samples()).filter(({ name }) => gauges.test(name))).toEqual([]);
    expect(await spent()).toBe(total);
  });
});

interface Observed {
  ask(op: string): Promise<number>;
  leave(): Promise<unknown[]>;
}

async function observeChild(role: string): Promise<Observed> {
  const child = fork(PROGRAM, [INDEX, telemetry.path!, role, "main"]);
  await once(child, "message");
  return {
    async ask(op) {
      child.send({ op });
      return ((await once(child, "message")) as [number])[0];
    },
    async leave() {
      child.send({ op: "leave" });
      return once(child, "exit");
    },
  };
}

async function observeWorker(name: string): Promise<Observed> {
  const worker = new Worker(PROGRAM, {
    workerData: [INDEX, telemetry.path, "front", name],
  });
  await once(worker, "message");
  return {
    async ask(op) {
      worker.postMessage({ op });
      return ((await once(worker, "message")) as [number])[0];
    },
    async leave() {
      worker.postMessage({ op: "leave" });
      return once(worker, "exit");
    },
  };
}

describe("the runtime of other threads and processes", () => {
  it("is told apart by role; a worker tells only what is its own", async () => {
    const [child, worker] = [await observeChild("engine"), await observeWorker("replica")];
    const ofChild = await namesWith("process", "engine");
    const ofWorker = await namesWith("thread", "replica");
    for (const name of ["nodejs_heap_size_used_bytes", "nodejs_heap_space_size_used_bytes"])
      expect([ofChild.has(name), ofWorker.has(name)]).toEqual([true, true]);
    for (const name of ["process_resident_memory_bytes", "process_open_fds", "nodejs_version_info"])
      expect([ofChild.has(name), (await namesWith("process", "front")).has(name)]).toEqual([true, false]);
    await Promise.all([child.leave(), worker.leave()]);
  });

  it.each([
    ["process", observeChild],
    ["thread", observeWorker],
  ])("shows a blocked loop and a collection of a %s", async (_, observe) => {
    const observed = await observe("role");
    // Blocked for five periods, of which the first may have begun before.
    expect(await observed.ask("block")).toBeGreaterThanOrEqual(3);
    expect(await observed.ask("collect")).toBeGreaterThanOrEqual(1);
    await observed.leave();
  });

  it("keeps neither alive, and vanishes with them", async () => {
    const [child, worker] = [await observeChild("engine"), await observeWorker("replica")];
    expect(await child.leave()).toEqual([0, null]);
    expect(await worker.leave()).toEqual([0]);
    for (const names of [await namesWith("process", "engine"), await namesWith("thread", "replica")])
      expect([...names].filter((name) => name.endsWith("_bytes"))).toEqual([]);
  });
});
