// Observes the runtime of a child process or a worker thread: `[index of the telemetry, path of the segment, process,
// thread]`; without a path, in a segment of its own. It does what it is told ({ op, ... }) and answers with the
// result.
import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { isMainThread, parentPort, workerData } from "node:worker_threads";

const [index, path, process_, thread] = workerData ?? process.argv.slice(2);
const { observeRuntime, openTelemetry, runtimeCatalog, defineCatalog } = await import(index);
const telemetry = openTelemetry(defineCatalog({}), path ? { path, attach: true } : {});
observeRuntime(telemetry, { process: process_, thread });
const metrics = telemetry.extend(runtimeCatalog);

/** How many values above `least` this thread has observed. */
function above(handle, least) {
  const first = handle.bounds.findIndex((bound) => bound > least) + 1;
  const buckets = telemetry.cells.subarray(handle.cell, handle.cell + handle.bounds.length + 1);
  return buckets.subarray(first).reduce((sum, count) => sum + count, 0);
}

function count({ cell, bounds }) {
  const buckets = telemetry.cells.subarray(cell, cell + bounds.length + 1);
  return buckets.reduce((sum, count) => sum + count, 0);
}

/** Of this thread's heap; a worker takes no --expose-gc of its own. */
function collector() {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc");
}

const labels = { process: process_, thread };
const delay = metrics.eventLoopDelay.labels(labels);
const majorGc = metrics.gcDuration.labels({ ...labels, kind: "major" });

const OPERATIONS = {
  /** Holds the loop for five periods of the sampler; answers how many waits its first sample then shows. */
  async block() {
    const before = above(delay, 0.025);
    const end = performance.now() + 500;
    while (performance.now() < end);
    while (above(delay, 0.025) === before) await setImmediate();
    return above(delay, 0.025) - before;
  },
  async collect() {
    const before = count(majorGc);
    collector()();
    while (count(majorGc) === before) await setImmediate();
    return count(majorGc) - before;
  },
  // Closes nothing.
  leave: () => (isMainThread ? process.disconnect() : parentPort.close()),
};

const answer = (message) => (isMainThread ? process.send(message) : parentPort.postMessage(message));
(isMainThread ? process : parentPort).on("message", async ({ op }) => {
  const result = await OPERATIONS[op]();
  if (op !== "leave") answer(result);
});
answer("open");
