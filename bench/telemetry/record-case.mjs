// One operation of one library: `[tacho's telemetry, library, operation, times]`. Prints what it takes.
// Wants --expose-gc.
import { PerformanceObserver } from "node:perf_hooks";
import v8 from "node:v8";
import { setImmediate } from "node:timers/promises";
import { pinThread, threadNanoseconds } from "../figures.mjs";
import { loopAlone, RECORDERS } from "./recorders.mjs";

/** The least counts: what the machine interrupts is not the library's. */
const REPEATS = 5;
const HEAP_REPEATS = 3;
/** So few that even what the others leave behind fills no young generation. */
const RIVAL_HEAP_TIMES = 1000;

const [telemetry, library, operation, given] = process.argv.slice(2);
const times = Number(given);
const { subject: makeSubject, loop } = RECORDERS[library][operation];
const subject = await makeSubject(telemetry);
const empty = loopAlone(operation);

function nanosecondsOf(run) {
  const start = threadNanoseconds();
  run(subject, times);
  return (threadNanoseconds() - start) / times;
}

/** What a run leaves on the heap until the next collection, and what the asking itself does. */
function heapGrowth(run) {
  globalThis.gc();
  const before = v8.getHeapStatistics().used_heap_size;
  run();
  return v8.getHeapStatistics().used_heap_size - before;
}

/**
 * Bytes an operation, to a hundredth: over ten million, the engine may allocate some kilobytes for itself. The least
 * counts, as the first askings allocate more.
 */
function allocatedBy(count) {
  const growths = { recording: [], asking: [] };
  for (let i = 0; i < HEAP_REPEATS; i++) {
    growths.recording.push(heapGrowth(() => loop(subject, count)));
    growths.asking.push(heapGrowth(() => {}));
  }
  const bytes = (Math.min(...growths.recording) - Math.min(...growths.asking)) / count;
  return Math.max(0, Math.round(bytes * 100) / 100);
}

/** Collections while `run` runs, and what the whole process gained meanwhile. */
async function processGrowth(run) {
  let collections = 0;
  const observer = new PerformanceObserver((list) => (collections += list.getEntries().length));
  globalThis.gc();
  await setImmediate();
  observer.observe({ entryTypes: ["gc"] });
  const before = process.memoryUsage();
  run();
  const after = process.memoryUsage();
  await setImmediate();
  observer.disconnect();
  const growth = (field) => after[field] - before[field];
  return { collections, heapBytes: growth("heapUsed"), externalBytes: growth("external") };
}

pinThread();
for (const run of [empty, loop]) for (let i = 0; i < 3; i++) run(subject, times / 10);
const [loops, records] = [[], []];
for (let i = 0; i < REPEATS; i++) {
  loops.push(nanosecondsOf(empty));
  records.push(nanosecondsOf(loop));
}
const figures = {
  loopNs: Math.min(...loops),
  grossNs: Math.min(...records),
  ns: Math.min(...records) - Math.min(...loops),
  bytes: allocatedBy(library === "tacho" ? times : RIVAL_HEAP_TIMES),
  process: await processGrowth(() => loop(subject, times)),
};
console.log(JSON.stringify(figures));
