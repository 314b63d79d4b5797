// Loads the model in three threads at once, then with other options, and tells how often it was read.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { loadReplica, longRequest, meters } from "./engine.mjs";

/** Resolves when the replica has sampled a token. */
async function decode(replica) {
  const { cells, handles, tenant } = meters();
  const keepAlive = setInterval(() => {}, 1000);
  await new Promise((resolve) => {
    replica.start(cells, handles, resolve);
    replica.submit(longRequest(1), tenant);
  });
  clearInterval(keepAlive);
}

async function loadAndDecode(options) {
  let reports = 0;
  const replica = await loadReplica(options, () => reports++);
  await decode(replica);
  return { replica, loaded: reports > 0 };
}

function loadInThread(options) {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: options });
  return new Promise((resolve, reject) => {
    worker.once("message", (loaded) => resolve({ worker, loaded }));
    worker.once("error", reject);
    worker.once("exit", (code) => reject(new Error(`a thread ended with ${code}`)));
  });
}

if (isMainThread) {
  const threads = await Promise.all([{}, {}, {}].map(loadInThread));
  console.log("loaded by", threads.filter(({ loaded }) => loaded).length, "of 3 threads");
  const other = await loadAndDecode({ gpuLayers: 1 });
  console.log("loaded for other layers:", other.loaded);
  await other.replica.close();
  await Promise.all(threads.map(({ worker }) => worker.terminate()));
  const later = await loadAndDecode({});
  console.log("loaded when nobody holds it:", later.loaded);
  await later.replica.close();
} else {
  const { loaded } = await loadAndDecode(workerData);
  parentPort.postMessage(loaded);
  parentPort.on("message", () => {}); // Keeps the thread, and with it the replica, alive.
}
