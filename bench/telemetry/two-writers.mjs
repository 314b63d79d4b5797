// Two worker threads that write to one segment: `[tacho's telemetry, operation, times]`. Prints nanoseconds an
// operation of one alone and of both at once.
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { pinThread, threadNanoseconds } from "../figures.mjs";
import { tachoCatalog } from "./instruments.mjs";
import { RECORDERS } from "./recorders.mjs";

const KEYS = { counter: "requests", histogram: "latency" };
const LABELS = { model: "tacho-mini", outcome: "success" };

/** Both begin when the other is there, so that they write at the same time throughout. */
function awaitOthers(present, expected) {
  Atomics.add(present, 0, 1);
  while (Atomics.load(present, 0) < expected);
}

async function write({ telemetry, path, operation, times, shared, core }) {
  pinThread(core);
  const { defineCatalog, openTelemetry } = await import(telemetry);
  const { metrics } = openTelemetry(defineCatalog(tachoCatalog()), { path, attach: true });
  const handle = metrics[KEYS[operation]].labels(LABELS);
  const { loop } = RECORDERS.tacho[operation];
  for (let i = 0; i < 3; i++) loop(handle, times / 10);
  parentPort.on("message", (expected) => {
    awaitOthers(new Int32Array(shared), expected);
    const start = threadNanoseconds();
    loop(handle, times);
    parentPort.postMessage((threadNanoseconds() - start) / times);
  });
  parentPort.postMessage("ready");
}

async function compare([telemetry, operation, times]) {
  const { defineCatalog, newSegmentPath, openTelemetry } = await import(telemetry);
  const owner = openTelemetry(defineCatalog(tachoCatalog()), { path: newSegmentPath() });
  const shared = new SharedArrayBuffer(4);
  const data = { telemetry, path: owner.path, operation, times: Number(times), shared };
  const workers = [0, 1].map(
    (core) => new Worker(fileURLToPath(import.meta.url), { workerData: { ...data, core } }),
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const run = (writers) => {
    new Int32Array(shared)[0] = 0;
    return Promise.all(
      writers.map(async (worker) => {
        worker.postMessage(writers.length);
        return (await once(worker, "message"))[0];
      }),
    );
  };
  const alone = [...(await run([workers[0]])), ...(await run([workers[1]]))];
  const together = await run(workers);
  await Promise.all(workers.map((worker) => worker.terminate()));
  owner.close();
  const mean = (values) => values.reduce((sum, value) => sum + value) / values.length;
  return { alone: mean(alone), together: mean(together) };
}

if (isMainThread) console.log(JSON.stringify(await compare(process.argv.slice(2))));
else await write(workerData);
