// What the sampler costs at its usual pace, in a process that does nothing else: `node cost-case.mjs SECONDS INTERVAL_MS`
// prints the figures as JSON.
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { callCosts } from "./call-costs.mjs";
import { watchGpus } from "./watched-gpus.mjs";

const THREAD = "tacho-nvml";

function threadSeconds() {
  const threads = readdirSync("/proc/self/task").map((id) => `/proc/self/task/${id}`);
  const own = threads.filter((path) => readFileSync(`${path}/comm`, "utf8").trim() === THREAD);
  if (own.length !== 1) throw new Error(`Expected one thread ${THREAD} but found ${own.length}.`);
  return Number(readFileSync(`${own[0]}/schedstat`, "utf8").split(" ")[0]) / 1e9;
}

const [seconds, intervalMs] = process.argv.slice(2).map(Number);
const watched = await watchGpus(intervalMs);
// What is done once, such as finding out what the GPU supports, is over after some readings.
await pause(4 * intervalMs);
const [before, startedAt, cpuBefore] = [await watched.snapshot(), performance.now(), threadSeconds()];
await pause(seconds * 1000);
const cpuSeconds = threadSeconds() - cpuBefore;
const elapsed = (performance.now() - startedAt) / 1000;
const calls = callCosts(before, await watched.snapshot(), elapsed);
watched.close();
console.log(
  JSON.stringify({ intervalMs, seconds: elapsed, cpuSeconds, shareOfCore: cpuSeconds / elapsed, calls }),
);
