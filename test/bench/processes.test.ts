import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
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
