// A writer in a child process or a worker thread: `[index of the telemetry, path of the segment]`. It does what
// it is told ({ op, ... }) and answers each message when it is done.
import { parentPort, workerData } from "node:worker_threads";
import { WRITER_METRICS } from "./catalog.mjs";

const [index, path] = workerData ?? process.argv.slice(2);
const { defineCatalog, openTelemetry } = await import(index);
const telemetry = openTelemetry(defineCatalog(WRITER_METRICS), { path, attach: true });
const { items, depth, latency } = telemetry.metrics;

const OPERATIONS = {
  count: ({ times }) => {
    const handle = items.labels({ kind: "shared" });
    for (let i = 0; i < times; i++) handle.inc();
  },
  set: ({ value }) => depth.labels({}).set(value),
  observe: ({ value }) => latency.labels({}).observe(value),
  openWriter: () => telemetry.openWriter().metrics.depth.labels({}).set(5),
  render: () => void telemetry.render(),
  // Unanswered: ends in the midst of counting.
  countForEver: () => {
    const handle = items.labels({ kind: "for ever" });
    for (;;) handle.inc();
  },
  // Closes nothing: what the environment's end leaves is what the test looks at.
  leave: () => (parentPort ? process.exit() : process.disconnect()),
};

const port = parentPort ?? process;
const answer = (message) => (parentPort ? parentPort.postMessage(message) : process.send(message));
port.on("message", (message) => {
  OPERATIONS[message.op](message);
  if (process.connected ?? true) answer("done");
});
answer("open");
