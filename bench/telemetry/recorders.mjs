// The loops whose speed is measured. What they record with is handed to them, as a program would have it from a
// field: were it a constant, V8 would compile its address into the loop and a histogram take 2 ns less.
import {
  BOUNDS,
  HISTOGRAM_VALUES,
  LABEL_NAMES,
  LABELS,
  NATIVE_VALUES,
  tachoCatalog,
  VALUE_MASK,
} from "./instruments.mjs";

/** What a loop costs by itself. */
const noLoop = (_, times) => {
  for (let i = 0; i < times; i++);
};
const valueLoop = (values) => (_, times) => {
  let value = 0;
  for (let i = 0; i < times; i++) value = values[i & VALUE_MASK];
  return value;
};
const histogramValues = valueLoop(HISTOGRAM_VALUES);
const nativeValues = valueLoop(NATIVE_VALUES);

async function tacho(index) {
  const { defineCatalog, openTelemetry } = await import(index);
  return openTelemetry(defineCatalog(tachoCatalog())).metrics;
}

async function promClient() {
  const { default: prom } = await import("prom-client");
  const common = { help: "Measured.", labelNames: LABEL_NAMES };
  return {
    requests: new prom.Counter({ ...common, name: "requests_total" }),
    depth: new prom.Gauge({ ...common, name: "depth" }),
    latency: new prom.Histogram({ ...common, name: "latency_seconds", buckets: BOUNDS }),
  };
}

async function openTelemetryMeter() {
  const { AggregationType, MeterProvider, MetricReader } = await import("@opentelemetry/sdk-metrics");
  /** Nothing is collected while recording is measured. */
  class IdleReader extends MetricReader {
    async onForceFlush() {}
    async onShutdown() {}
  }
  const aggregation = { type: AggregationType.EXPONENTIAL_HISTOGRAM };
  const views = [{ instrumentName: "native", aggregation }];
  return new MeterProvider({ readers: [new IdleReader()], views }).getMeter("bench");
}

const boundLoops = {
  counter: (counter, times) => {
    for (let i = 0; i < times; i++) counter.inc();
  },
  gauge: (gauge, times) => {
    for (let i = 0; i < times; i++) gauge.set(i);
  },
  histogram: (histogram, times) => {
    for (let i = 0; i < times; i++) histogram.observe(HISTOGRAM_VALUES[i & VALUE_MASK]);
  },
  native: (histogram, times) => {
    for (let i = 0; i < times; i++) histogram.observe(NATIVE_VALUES[i & VALUE_MASK]);
  },
};

const TACHO = {
  counter: {
    subject: async (index) => (await tacho(index)).requests.labels(LABELS),
    loop: boundLoops.counter,
  },
  gauge: { subject: async (index) => (await tacho(index)).depth.labels(LABELS), loop: boundLoops.gauge },
  histogram: {
    subject: async (index) => (await tacho(index)).latency.labels(LABELS),
    loop: boundLoops.histogram,
  },
  "native histogram": {
    subject: async (index) => (await tacho(index)).native.labels(LABELS),
    loop: boundLoops.native,
  },
  "counter, labels looked up": {
    subject: async (index) => (await tacho(index)).requests,
    loop: (requests, times) => {
      for (let i = 0; i < times; i++) requests.labels({ model: "tacho-mini", outcome: "success" }).inc();
    },
  },
  "histogram, labels looked up": {
    subject: async (index) => (await tacho(index)).latency,
    loop: (latency, times) => {
      for (let i = 0; i < times; i++)
        latency.labels({ model: "tacho-mini", outcome: "success" }).observe(HISTOGRAM_VALUES[i & VALUE_MASK]);
    },
  },
};

const PROM_CLIENT = {
  counter: { subject: async () => (await promClient()).requests.labels(LABELS), loop: boundLoops.counter },
  gauge: { subject: async () => (await promClient()).depth.labels(LABELS), loop: boundLoops.gauge },
  histogram: {
    subject: async () => (await promClient()).latency.labels(LABELS),
    loop: boundLoops.histogram,
  },
  "counter, labels looked up": {
    subject: async () => (await promClient()).requests,
    loop: (requests, times) => {
      for (let i = 0; i < times; i++) requests.inc({ model: "tacho-mini", outcome: "success" });
    },
  },
  "histogram, labels looked up": {
    subject: async () => (await promClient()).latency,
    loop: (latency, times) => {
      for (let i = 0; i < times; i++)
        latency.observe({ model: "tacho-mini", outcome: "success" }, HISTOGRAM_VALUES[i & VALUE_MASK]);
    },
  },
};

/** It binds no labels; one object for all calls is the best that a program can give it. */
const OPEN_TELEMETRY = {
  counter: {
    subject: async () => (await openTelemetryMeter()).createCounter("requests"),
    loop: (counter, times) => {
      for (let i = 0; i < times; i++) counter.add(1, LABELS);
    },
  },
  gauge: {
    subject: async () => (await openTelemetryMeter()).createGauge("depth"),
    loop: (gauge, times) => {
      for (let i = 0; i < times; i++) gauge.record(i, LABELS);
    },
  },
  histogram: {
    subject: async () => {
      const advice = { explicitBucketBoundaries: BOUNDS };
      return (await openTelemetryMeter()).createHistogram("latency", { advice });
    },
    loop: (histogram, times) => {
      for (let i = 0; i < times; i++) histogram.record(HISTOGRAM_VALUES[i & VALUE_MASK], LABELS);
    },
  },
  "native histogram": {
    subject: async () => (await openTelemetryMeter()).createHistogram("native"),
    loop: (histogram, times) => {
      for (let i = 0; i < times; i++) histogram.record(NATIVE_VALUES[i & VALUE_MASK], LABELS);
    },
  },
};

const LOOP_ALONE = { histogram: histogramValues, "native histogram": nativeValues };

/** The loop without the recording. */
export function loopAlone(operation) {
  return LOOP_ALONE[operation.split(",")[0]] ?? noLoop;
}

/** By library, then by operation; `subject` makes what `loop` records with. */
export const RECORDERS = { tacho: TACHO, "prom-client": PROM_CLIENT, OpenTelemetry: OPEN_TELEMETRY };
