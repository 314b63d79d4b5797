// Whether the machine did anything else while we measured: a figure taken beside a compiler is of no use.
import { readFileSync } from "node:fs";
import { treeCpuSeconds } from "./process-tree.mjs";

const TICKS_A_SECOND = 100;
/** Of /proc/stat's first line: user, nice, system, idle, iowait, irq, softirq, steal; the guests are in user. */
const BUSY = [0, 1, 2, 5, 6, 7];

function machineSeconds() {
  const ticks = readFileSync("/proc/stat", "utf8").split("\n")[0].trim().split(/\s+/).slice(1, 9).map(Number);
  return {
    busy: BUSY.reduce((sum, i) => sum + ticks[i], 0) / TICKS_A_SECOND,
    all: ticks.reduce((sum, value) => sum + value, 0) / TICKS_A_SECOND,
  };
}

function now() {
  return { ...machineSeconds(), own: treeCpuSeconds(process.pid) };
}

/** Share of the machine's CPU time that was neither idle nor ours between two instants, 0 to 1. */
export function othersShare(before, after) {
  const all = after.all - before.all;
  if (all <= 0) return 0;
  return Math.max(0, (after.busy - before.busy - (after.own - before.own)) / all);
}

/** Starts watching; the function that comes back tells the share of all CPU time that others have taken since. */
export function watchOthers() {
  const before = now();
  return () => othersShare(before, now());
}
