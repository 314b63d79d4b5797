// Observes the GPUs in a child process or a worker thread: `[index of the telemetry, options as JSON]`. It does what
// it is told ({ op, ... }) and answers each message with what came of it.
import { setImmediate as turn } from "node:timers/promises";
import { parentPort, Worker, workerData } from "node:worker_threads";

const given = workerData ?? process.argv.slice(2);
const [index, options] = given;
const isWorker = parentPort !== null;
const port = parentPort ?? process;
const answer = (message) => (isWorker ? parentPort.postMessage(message) : process.send(message));
const module = (name) => import(new URL(name, `file://${index}`).href);
const SIZES = { shards: 8, cellsPerShard: 2 ** 16, directoryBytes: 2 ** 20 };

const RECORDS = {
  ...{
    type: "counter",
    name: "records_total",
    help: "Records.",
    unit: "",
    labels: [],
    bounds: [],
    shown: [],
    states: [],
  },
  ...{ gaugeMode: "sum", schema: 0, exemplarSlots: 0, maxSeries: 1 },
};

let segment, cells, records, observer, worker;

async function start() {
  const { loadAddon } = await module("segment/native.js");
  const { observeGpu } = await module("gpu.js");
  segment = loadAddon().create(null, SIZES);
  const shard = segment.claim();
  cells = shard.cells;
  records = shard.resolve(segment.define(RECORDS).id, []);
  observer = observeGpu(segment, JSON.parse(options));
}

const render = async () => (await segment.render("text", null, false, [])).toString();

const OPERATIONS = {
  start,
  state: () => observer.state,
  render,
  /** So many renderings, each after a turn of the event loop in which things are recorded. */
  work: async ({ times }) => {
    for (let i = 0; i < times; i++) {
      await turn();
      for (let n = 0; n < 1000; n++) cells[records] += 1;
      await render();
    }
    return cells[records];
  },
  close: () => {
    observer.close();
    observer.close();
    return observer.state;
  },
  exit: () => process.exit(0),
  throw: () => void turn().then(() => Promise.reject(new Error("on purpose"))),
  return: () => (isWorker ? port.close() : process.disconnect()),
  /** Has a worker observe, without loading the addon here. */
  startWorker: async () => {
    worker = new Worker(new URL(import.meta.url), { workerData: given });
    const next = () => new Promise((resolve) => worker.once("message", resolve));
    await next();
    worker.postMessage({ op: "start" });
    return next();
  },
  terminateWorker: () => worker.terminate(),
};

port.on("message", async (message) => {
  const result = await OPERATIONS[message.op](message);
  if (isWorker || process.connected) answer({ result });
});
answer("ready");
