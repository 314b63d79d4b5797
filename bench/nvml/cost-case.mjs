// What the sampler costs at its usual pace, in a process that does nothing else: `node cost-case.mjs SECONDS INTERVAL_MS`
// prints the figures as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { threadTime } from "../processes/thread-time.mjs";
import { callCosts } from "./call-costs.mjs";
import { watchGpus } from "./watched-gpus.mjs";

const THREAD = "tacho-nvml";

function samplerThread() {
  const threads = readdirSync("/proc/self/task").map((id) => `/proc/self/task/${id}`);
  const own = threads.filter((path) => readFileSync(`${path}/comm`, "utf8").trim() === THREAD);
  if (own.length !== 1) throw new Error(`Expected one thread ${THREAD} but found ${own.length}.`);
  return threadTime(own[0]);
}

const [seconds, intervalMs] = process.argv.slice(2).map(Number);
const watched = await watchGpus(intervalMs);
// What is done once, such as finding out what the GPU supports, is over after some readings.
await pause(4 * intervalMs);
const thread = samplerThread();
const [before, startedAt, cpuBefore] = [await watched.snapshot(), performance.now(), thread.seconds()];
await pause(seconds * 1000);
const cpuSeconds = thread.seconds() - cpuBefore;
const elapsed = (performance.now() - startedAt) / 1000;
const calls = callCosts(before, await watched.snapshot(), elapsed);
watched.close();
const { source, resolution } = thread;
/** The kernel may have counted a step too many or too few. */
const shareOfCore = {
  median: cpuSeconds / elapsed,
  least: Math.max(0, cpuSeconds - resolution) / elapsed,
  most: (cpuSeconds + resolution) / elapsed,
};
console.log(JSON.stringify({ seconds: elapsed, cpuSeconds, source, resolution, shareOfCore, calls }));
