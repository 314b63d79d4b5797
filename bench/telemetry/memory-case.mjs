// What 10,000 series of one instrument take: `[tacho's telemetry, library, instrument]`. Prints bytes a series.
// Wants --expose-gc.
import { BOUNDS, LABEL_NAMES, tachoCatalog } from "./instruments.mjs";
import { readHeader } from "./segment-header.mjs";

const SIDE = 100;
const CELL_BYTES = 8;
const KEYS = { counter: "requests", histogram: "latency", "native histogram": "native" };

const [telemetry, library, instrument] = process.argv.slice(2);

function* labelSets() {
  for (let i = 0; i < SIDE ** 2; i++)
    yield { model: `model-${Math.floor(i / SIDE)}`, outcome: `outcome-${i % SIDE}` };
}

function heapUsed() {
  globalThis.gc();
  globalThis.gc();
  return process.memoryUsage().heapUsed;
}

/** `make` returns what keeps the series alive. */
function heapBytes(make) {
  const before = heapUsed();
  const kept = make();
  const after = heapUsed();
  if (kept.length === 0) throw new Error("Expected series but none was made.");
  return (after - before) / SIDE ** 2;
}

const recordOnce = (handle) => (instrument === "counter" ? handle.inc() : handle.observe(0.02));

async function tacho() {
  const { defineCatalog, newSegmentPath, openTelemetry } = await import(telemetry);
  const key = KEYS[instrument];
  const catalog = defineCatalog({ [key]: tachoCatalog(2 * SIDE ** 2)[key] });
  // Room for 10,000 native histograms of 242 cells.
  const sizes = { shards: 4, cellsPerShard: 2 ** 22 };
  const opened = openTelemetry(catalog, { path: newSegmentPath(), sizes });
  const before = readHeader(opened.path);
  const heap = heapBytes(() => {
    for (const labels of labelSets()) recordOnce(opened.metrics[key].labels(labels));
    return [opened];
  });
  const after = readHeader(opened.path);
  opened.close();
  const perSeries = (field) => (after[field] - before[field]) / SIDE ** 2;
  return {
    shardBytes: perSeries("cellsUsed") * CELL_BYTES,
    directoryBytes: perSeries("directoryUsed"),
    fileBytes: perSeries("fileBytes"),
    heapBytes: heap,
  };
}

async function promClient() {
  const { default: prom } = await import("prom-client");
  const common = { name: "measured_total", help: "Measured.", labelNames: LABEL_NAMES };
  return {
    heapBytes: heapBytes(() => {
      const metric =
        instrument === "counter"
          ? new prom.Counter(common)
          : new prom.Histogram({ ...common, buckets: BOUNDS });
      for (const labels of labelSets()) recordOnce(metric.labels(labels));
      return [metric];
    }),
  };
}

const measure = { tacho, "prom-client": promClient };
console.log(JSON.stringify(await measure[library]()));
