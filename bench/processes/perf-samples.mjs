// Where the CPU time of processes goes: samples of their threads, by perf's software clock, which needs no counters of
// the processor and therefore works in virtual machines too.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { perfDuring } from "./perf-control.mjs";

/** Not a round number, so that it keeps no step with timers. */
export const SAMPLES_A_SECOND = 999;
/** Without the programs' build ids, for which perf would copy them all into the user's home. */
const RECORD = ["--quiet", "-N", "-B", "-e", "cpu-clock", "-F", String(SAMPLES_A_SECOND)];
const MOST_BYTES = 2 ** 30;

/** perf calls these so; everything else in brackets is the kernel or a module of it. */
const NOT_KERNEL = ["[unknown]", "[vdso]", "[heap]", "[stack]"];
const LINE = /^\s*(\d+)\/(\d+)\s+[0-9a-f]+ \((.*)\)$/;

/** The shared object, program or other place of a sample: its name alone, without the machine's folders. */
export function objectName(place) {
  if (/^\[.*\]$/.test(place)) return NOT_KERNEL.includes(place) ? place : "kernel";
  if (/^\/\/anon|\/perf-\d+\.map$/.test(place)) return "code made at run time";
  return path.basename(place.replace(/ \(deleted\)$/, ""));
}

/** Of what `perf script -F pid,tid,ip,dso` prints: one for each sample. */
export function samplesIn(text) {
  const lines = text.split("\n").map((line) => LINE.exec(line));
  return lines
    .filter((found) => found !== null)
    .map(([, pid, thread, place]) => ({
      pid: Number(pid),
      thread: Number(thread),
      object: objectName(place),
    }));
}

function readSamples(file) {
  const args = ["script", "-i", file, "-F", "pid,tid,ip,dso"];
  const stdio = ["ignore", "pipe", "ignore"];
  return samplesIn(execFileSync("perf", args, { encoding: "utf8", maxBuffer: MOST_BYTES, stdio }));
}

/** The result of `work`, and the samples of the processes meanwhile. */
export async function sampledDuring(pids, work) {
  const folder = mkdtempSync(path.join(tmpdir(), "tacho-perf-"));
  try {
    const file = path.join(folder, "perf.data");
    const { result } = await perfDuring("record", [...RECORD, "-o", file], pids, work);
    return { result, samples: readSamples(file) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
