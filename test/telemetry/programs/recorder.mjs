// Records ten million times between two marks; run with --trace-gc, nothing may be collected between them.
import { WRITER_METRICS } from "./catalog.mjs";

const [index] = process.argv.slice(2);
const { defineCatalog, openTelemetry } = await import(index);
const { metrics } = openTelemetry(defineCatalog(WRITER_METRICS));
const [items, depth, latency] = [
  metrics.items.labels({ kind: "a" }),
  metrics.depth.labels({}),
  metrics.latency.labels({}),
];

function record(times) {
  for (let i = 0; i < times; i++) {
    items.inc();
    items.inc(i);
    depth.set(i * 0.5);
    latency.observe(i * 1e-7);
    metrics.items.labels(LABELS).inc();
  }
}

const LABELS = { kind: "a" };
record(10_000_000);
console.log("start");
record(10_000_000);
console.log("end");
