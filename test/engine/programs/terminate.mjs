// Terminates a worker thread in the middle of decoding, twice, then exits while a third one decodes.
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import { fileURLToPath } from "node:url";
import { loadReplica, longRequest, meters } from "./engine.mjs";

async function decodeForEver() {
  const replica = await loadReplica();
  const { cells, handles, tenant } = meters();
  replica.start(cells, handles, () => parentPort.postMessage("step"));
  for (const id of [1, 2, 3, 4, 5]) replica.submit(longRequest(id), tenant);
  parentPort.on("message", () => {}); // Keeps the thread alive.
}

function decodingWorker() {
  const worker = new Worker(fileURLToPath(import.meta.url));
  return new Promise((resolve) => worker.once("message", () => resolve(worker)));
}

if (isMainThread) {
  for (let i = 0; i < 2; i++) await (await decodingWorker()).terminate();
  await decodingWorker();
  console.log("ended");
  process.exit(0);
} else {
  await decodeForEver();
}
