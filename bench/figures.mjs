// What the benches do with their figures.
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import path from "node:path";

/** To be asked before the bench adds a load of its own: a busy machine makes figures worse. */
export function machine() {
  return {
    cpu: cpus()[0].model,
    cores: availableParallelism(),
    node: process.version,
    load: loadavg()[0],
  };
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** By nearest rank; `share` from 0 to 1. Null of no values. */
export function percentile(values, share) {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

const isKnown = (value) => value !== null && value !== undefined;

function exactSpread(values) {
  const known = values.filter(isKnown);
  if (known.length === 0) return null;
  return { median: median(known), least: Math.min(...known), most: Math.max(...known) };
}

/** A figure of several rounds: its median, least and greatest. Rounds without it count for nothing. */
export function spread(values) {
  const exact = exactSpread(values);
  return exact && Object.fromEntries(Object.entries(exact).map(([name, value]) => [name, rounded(value)]));
}

/** Of objects with the same keys: the spread of each number. */
export function spreads(rounds) {
  return Object.fromEntries(
    Object.keys(rounds[0]).map((key) => [key, spread(rounds.map((round) => round[key]))]),
  );
}

/** Null where one of them is not known. */
const ratio = (own, rival) => (isKnown(own) && isKnown(rival) ? own / rival : null);

/**
 * How two that took turns compare: `own` by `rival`, as the ratio of the medians and the median of the ratios. Not rounded:
 * what lies just beside a target must not be rounded onto it.
 */
export function compared(own, rival) {
  return {
    ofMedians: ratio(exactSpread(own)?.median, exactSpread(rival)?.median),
    perRound: exactSpread(own.map((value, i) => ratio(value, rival[i]))),
  };
}

/** Three digits, more only before the point. */
export function rounded(value) {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}

export function save(file, figures) {
  mkdirSync(path.dirname(path.resolve(file)), { recursive: true });
  writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
}

const LAST_CORE = cpus().length - 1;

/** Where there is no taskset, the figures vary more. */
function pin(thread, cores) {
  try {
    execFileSync("taskset", ["-pc", cores, thread], { stdio: "ignore" });
  } catch {
    return;
  }
}

/** Keeps the calling thread, none of its helpers, on one core: a move costs its caches. */
export function pinThread(core = LAST_CORE) {
  pin(path.basename(readlinkSync("/proc/thread-self")), String(core % (LAST_CORE + 1)));
}

/** Keeps the main thread on the last core, and the threads that it has by now off it. */
export function pinApart() {
  if (LAST_CORE === 0) return;
  for (const thread of readdirSync("/proc/self/task"))
    pin(thread, thread === String(process.pid) ? String(LAST_CORE) : `0-${LAST_CORE - 1}`);
}

/**
 * Nanoseconds for which the calling thread has run. Waiting for a core, as on a machine that others use, is not among
 * them; waiting for a cache line that another writes is. On Linux.
 */
export function threadNanoseconds() {
  process.cpuUsage(); // Makes the kernel bring its account of this thread up to date, else up to 10 ms old.
  return Number(readFileSync("/proc/thread-self/schedstat", "utf8").split(" ")[0]);
}
