import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Instant {
  busy: number;
  all: number;
  own: number;
}

const { othersShare } = (await benchModule("processes/quiet-machine.mjs")) as {
  othersShare: (before: Instant, after: Instant) => number;
};
const { treeOf, treeMemory, treeCost } = (await benchModule("processes/process-tree.mjs")) as {
  treeOf: (pid: number) => number[];
  treeMemory: (pid: number) => Record<string, number>;
  treeCost: (pid: number) => { switches: number; cpuSeconds: number };
};
type Threads = Map<string, { process: string; seconds: number }>;
const { threadFigures } = (await benchModule("load/measured.mjs")) as {
  threadFigures: (before: Threads, after: Threads, tokens: number) => unknown;
};
interface ThreadTime {
  source: string;
  resolution: number;
  seconds: () => number;
}
const { threadTime } = (await benchModule("processes/thread-time.mjs")) as {
  threadTime: (folder: string) => ThreadTime;
};
const { metricsOf } = (await benchModule("processes/server-process.mjs")) as {
  metricsOf: (text: string) => Record<string, number>;
};

test("the share of others is what was neither idle nor ours", () => {
  const before = { busy: 100, all: 200, own: 10 };
  expect(othersShare(before, { busy: 130, all: 240, own: 36 })).toBeCloseTo(0.1);
  expect(othersShare(before, { busy: 130, all: 240, own: 41 })).toBe(0);
  expect(othersShare(before, before)).toBe(0);
});

test("a process tree holds the children, with their memory and switches, until they end", async () => {
  const child = spawn(process.execPath, ["-e", "console.log('ready'); process.stdin.resume()"]);
  await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error("the child ended"))),
  ]);
  expect(treeOf(process.pid)).toContain(child.pid);
  expect(treeMemory(child.pid!).rss).toBeGreaterThan(10 * 2 ** 20);
  expect(treeMemory(process.pid).rss).toBeGreaterThan(treeMemory(child.pid!).rss!);
  expect(treeCost(child.pid!).switches).toBeGreaterThan(0);
  child.stdin.end();
  await once(child, "exit");
  expect(treeOf(process.pid)).not.toContain(child.pid);
});

test("the CPU of a process is told apart by its busiest thread and the others", () => {
  const thread = (seconds: number, process = "host") => ({ process, seconds });
  const before = new Map([
    ["1", thread(5)],
    ["2", thread(9)],
  ]);
  const after = new Map([
    ["1", thread(7)],
    ["2", thread(9.5)],
    ["3", thread(0.25)],
    ["4", thread(1, "front")],
  ]);
  expect(threadFigures(before, after, 1000)).toEqual({
    host: { busiest: 2, others: 0.75 },
    front: { busiest: 1, others: 0 },
  });
});

test("the series of a metric are summed", () => {
  const text = '# HELP a b\na_total{x="1 2"} 3\na_total{x="y"} 4\nllamacpp:b 1e+02\n';
  expect(metricsOf(text)).toEqual({ a_total: 7, "llamacpp:b": 100 });
});

describe("the time of a thread", () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "tacho-thread-"))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string, text: string) => writeFileSync(path.join(folder, name), text);
  const stat = (utime: number, stime: number) =>
    `12 (a) name) S 1 1 1 0 -1 4194304 9 0 0 0 ${utime} ${stime} 70 80 20 0 1 0 185330\n`;
  const told = () => {
    const { source, resolution, seconds } = threadTime(folder);
    return { source, resolution, seconds: seconds() };
  };

  test("is the kernel's in nanoseconds", () => {
    write("schedstat", "2500000001 9 9\n");
    write("stat", stat(100, 100));
    expect(told()).toEqual({ source: "schedstat", resolution: 1e-9, seconds: 2.500000001 });
  });

  test("is that of the user and the kernel in ticks where the kernel keeps no other", () => {
    const ticks = { source: "utime + stime", resolution: 0.01, seconds: 0.3 };
    write("stat", stat(10, 20));
    expect(told()).toEqual(ticks);
    write("schedstat", "0 0 0\n");
    expect(told()).toEqual(ticks);
  });

  test("is an error where there is none", () => {
    expect(told).toThrow(`Expected schedstat or stat in ${folder} but found neither.`);
  });

  test("is told here of threads that run", () => {
    const own = readdirSync("/proc/self/task").map((id) => threadTime(`/proc/self/task/${id}`).seconds());
    expect(Math.max(...own)).toBeGreaterThan(0);
  });
});
