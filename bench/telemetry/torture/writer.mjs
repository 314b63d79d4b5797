// A writer in a child process or a worker thread: `[tacho's telemetry, path]`. It says "ready", and does what it is told.
import { writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import { CATALOG, VALUES } from "./catalog.mjs";

/** Between two looks at the orders; about a tenth of a millisecond. */
const CHUNK = 4000;
const MOST_GROWN = 40;
const STDOUT = 1;

const [index, path] = workerData ?? process.argv.slice(2);
const { defineCatalog, openTelemetry } = await import(index);
const catalog = defineCatalog(CATALOG);
const attach = () => openTelemetry(catalog, { path, attach: true });

let stopped = false;

/** Counts as fast as can be, and registers a series now and then; answers with how often it counted. */
async function flood({ writer }) {
  const { metrics } = attach();
  const [shared, own] = [metrics.shared.labels({}), metrics.own.labels({ writer })];
  const [latency, native] = [metrics.latency.labels({}), metrics.native.labels({})];
  const depth = metrics.depth.labels({ writer });
  let counted = 0;
  for (let chunk = 0; !stopped; chunk++) {
    for (let i = 0; i < CHUNK; i++) {
      shared.inc();
      latency.observe(VALUES[i & 3]);
      native.observe(VALUES[i & 3]);
      depth.set(i);
      own.inc();
    }
    counted += CHUNK;
    metrics.grown.labels({ series: `${writer}-${chunk % MOST_GROWN}` }).inc();
    await setImmediate();
  }
  return { counted };
}

/** Never ends: whoever kills it finds `finished` at most one behind `begun`, and the observation between them. */
function bracket() {
  const { metrics } = attach();
  const [begun, finished] = ["begun", "finished"].map((writer) => metrics.own.labels({ writer }));
  const latency = metrics.latency.labels({});
  answer("writing");
  for (let i = 0; ; i++) {
    begun.inc();
    latency.observe(VALUES[i & 3]);
    finished.inc();
  }
}

/** Never ends: a byte on standard output after each update tells what must not be lost. */
function tell() {
  const { metrics } = attach();
  const told = metrics.own.labels({ writer: "told" });
  const byte = Buffer.from(".");
  answer("writing");
  for (;;) {
    told.inc();
    writeSync(STDOUT, byte);
  }
}

/** Never ends: is killed while it claims, registers or gives back. */
function reopen() {
  answer("writing");
  for (let i = 0; ; i++) {
    const telemetry = attach();
    telemetry.metrics.grown.labels({ series: `reopened-${i % MOST_GROWN}` }).inc();
    telemetry.close();
  }
}

/** Begins at an instant that it is told, as others do. */
function adopt({ at, path: target, spec }) {
  while (performance.timeOrigin + performance.now() < at);
  const telemetry = openTelemetry(defineCatalog(spec), { path: target, adopt: true });
  telemetry.metrics.adopted.labels({}).inc();
  return {};
}

const ORDERS = {
  flood,
  bracket,
  tell,
  reopen,
  adopt,
  /** Opens, counts and ends, as a writer that is restarted. */
  count: ({ times }) => {
    const telemetry = attach();
    const shared = telemetry.metrics.shared.labels({});
    telemetry.metrics.depth.labels({ writer: "restarted" }).set(1);
    for (let i = 0; i < times; i++) shared.inc();
    return {};
  },
  leave: () => (parentPort ? parentPort.close() : process.disconnect()),
};

const port = parentPort ?? process;
const answer = (message) => (parentPort ? parentPort.postMessage(message) : process.send(message));

port.on("message", async (order) => {
  if (order.do === "stop") {
    stopped = true;
    return;
  }
  try {
    const result = await ORDERS[order.do](order);
    if (order.do !== "leave") answer(result);
  } catch (error) {
    answer({ error: `${error.code}: ${error.message}` });
  }
});
answer("ready");
