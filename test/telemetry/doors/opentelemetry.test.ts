import { ValueType } from "@opentelemetry/api";
import {
  AggregationTemporality,
  DataPointType,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
  type DataPoint,
  type ExponentialHistogram,
  type MetricData,
  type MetricProducer,
} from "@opentelemetry/sdk-metrics";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { defineCatalog, openTelemetry } from "../../../src/telemetry/index.js";
import { metricProducer, SDK } from "../../../src/telemetry/doors/opentelemetry.js";
import { ucumOf } from "../../../src/telemetry/doors/ucum.js";

const CATALOG = defineCatalog({
  requests: {
    type: "counter",
    name: "requests_total",
    help: "Requests.",
    labels: { outcome: ["ok", "error"] },
  },
  memory: { type: "gauge", name: "memory_used_bytes", help: "Memory.", labels: {}, unit: "bytes" },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "Latency.",
    labels: { model: "configured" },
    unit: "seconds",
    bounds: [0.1, 0.5],
  },
  sizes: {
    type: "nativeHistogram",
    name: "sizes",
    help: "Sizes.",
    labels: {},
    range: [0.001, 1024],
    schema: 2,
  },
  build: { type: "info", name: "build_info", help: "Build.", labels: { version: "configured" } },
  engine: { type: "stateset", name: "engine", help: "State.", labels: {}, states: ["ready", "dead"] },
  unused: { type: "counter", name: "unused_total", help: "Unused.", labels: { by: "open" } },
});

const open = () => openTelemetry(CATALOG);
let telemetry: ReturnType<typeof open>;
beforeEach(() => {
  telemetry = open();
});
afterEach(() => telemetry.close());

/** What the SDK exports through a reader with these producers, once. */
async function exported(...metricProducers: MetricProducer[]) {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({
    exporter,
    metricProducers,
    exportIntervalMillis: 2 ** 30,
  });
  const provider = new MeterProvider({ readers: [reader] });
  provider.getMeter("app").createCounter("of_the_app").add(1);
  await provider.forceFlush();
  const { scopeMetrics, resource } = exporter.getMetrics()[0]!;
  await provider.shutdown();
  const ours = scopeMetrics.find(({ scope }) => scope.name === "tacho");
  const metrics = new Map(ours?.metrics.map((metric) => [metric.descriptor.name, metric]));
  return { scopes: scopeMetrics.map(({ scope }) => scope.name), resource, metrics };
}

function pointsOf(metrics: ReadonlyMap<string, MetricData>, name: string) {
  return metrics.get(name)!.dataPoints.map(({ attributes, value }) => ({ attributes, value }));
}

describe("the metrics that a MetricReader collects", () => {
  it("stand beside the program's own, under its resource", async () => {
    telemetry.metrics.memory.labels({}).set(1);
    const { scopes, resource } = await exported(metricProducer(telemetry));
    expect(scopes).toContain("app");
    expect(scopes).toContain("tacho");
    expect(resource.attributes["service.name"]).toMatch(/^unknown_service/);
  });

  it("have counters as monotonic sums, and gauges", async () => {
    telemetry.metrics.requests.labels({ outcome: "ok" }).inc(3);
    telemetry.metrics.requests.labels({ outcome: "error" }).inc(1);
    telemetry.metrics.memory.labels({}).set(12.5);
    const { metrics } = await exported(metricProducer(telemetry));
    expect(metrics.get("requests_total")).toMatchObject({
      descriptor: {
        name: "requests_total",
        description: "Requests.",
        unit: "",
        valueType: ValueType.DOUBLE,
      },
      aggregationTemporality: AggregationTemporality.CUMULATIVE,
      dataPointType: DataPointType.SUM,
      isMonotonic: true,
    });
    expect(pointsOf(metrics, "requests_total")).toEqual([
      { attributes: { outcome: "ok" }, value: 3 },
      { attributes: { outcome: "error" }, value: 1 },
    ]);
    expect(metrics.get("memory_used_bytes")).toMatchObject({
      descriptor: { unit: "By" },
      dataPointType: DataPointType.GAUGE,
    });
    expect(pointsOf(metrics, "memory_used_bytes")).toEqual([{ attributes: {}, value: 12.5 }]);
    expect(metrics.has("unused_total")).toBe(false);
  });

  it("have explicit buckets one by one", async () => {
    for (const v of [0.05, 0.1, 0.2, 7]) telemetry.metrics.latency.labels({ model: "m" }).observe(v);
    const { metrics } = await exported(metricProducer(telemetry));
    expect(metrics.get("latency_seconds")).toMatchObject({
      descriptor: { unit: "s" },
      dataPointType: DataPointType.HISTOGRAM,
    });
    expect(pointsOf(metrics, "latency_seconds")).toEqual([
      {
        attributes: { model: "m" },
        value: { count: 4, sum: 7.35, buckets: { boundaries: [0.1, 0.5], counts: [2, 1, 1] } },
      },
    ]);
  });

  it("have native buckets as the SDK's own exponential histogram would", async () => {
    const values = [0, 0.002, 1, 1.1, 1.5, 2, 3, 3, 900];
    for (const v of values) telemetry.metrics.sizes.labels({}).observe(v);
    const { metrics } = await exported(metricProducer(telemetry));
    expect(metrics.get("sizes")!.dataPointType).toBe(DataPointType.EXPONENTIAL_HISTOGRAM);
    const point = metrics.get("sizes")!.dataPoints[0] as DataPoint<ExponentialHistogram>;
    const { scale, zeroCount, count, sum, positive, negative } = point.value;
    expect([scale, zeroCount, count, negative]).toEqual([2, 1, 9, { offset: 0, bucketCounts: [] }]);
    expect(sum).toBeCloseTo(911.602, 9);
    // OpenTelemetry's bucket i holds what is above 2^(i/4) and not above 2^((i+1)/4).
    const expected = new Map<number, number>();
    for (const v of values.slice(1)) {
      const index = Math.ceil(Math.log2(v) * 4) - 1;
      expected.set(index, (expected.get(index) ?? 0) + 1);
    }
    const filled = positive.bucketCounts
      .map((n, i) => [positive.offset + i, n] as const)
      .filter(([, n]) => n > 0);
    expect(new Map(filled)).toEqual(expected);
  });

  it("have infos and state sets as sums that are not monotonic", async () => {
    telemetry.metrics.build.labels({ version: "1.2" }).show();
    telemetry.metrics.engine.labels({}).set("ready");
    const { metrics } = await exported(metricProducer(telemetry));
    for (const name of ["build_info", "engine"])
      expect(metrics.get(name)).toMatchObject({ dataPointType: DataPointType.SUM, isMonotonic: false });
    expect(pointsOf(metrics, "build_info")).toEqual([{ attributes: { version: "1.2" }, value: 1 }]);
    expect(pointsOf(metrics, "engine")).toEqual([
      { attributes: { engine: "ready" }, value: 1 },
      { attributes: { engine: "dead" }, value: 0 },
    ]);
  });

  it("say since when they count", async () => {
    const before = Date.now() / 1000;
    telemetry.metrics.requests.labels({ outcome: "ok" }).inc();
    const { metrics } = await exported(metricProducer(telemetry));
    const { startTime, endTime } = metrics.get("requests_total")!.dataPoints[0]!;
    const seconds = ([whole, nanoseconds]: [number, number]) => whole + nanoseconds / 1e9;
    expect(seconds(startTime)).toBeGreaterThan(before - 1);
    expect(seconds(endTime)).toBeGreaterThanOrEqual(seconds(startTime) - 0.001);
    expect(seconds(endTime)).toBeLessThanOrEqual(Date.now() / 1000);
  });

  it("include those of sources; of a summary what the SDK has a place for", async () => {
    const head = { help: "", unit: "" };
    telemetry.addSource({
      collect: () => [
        { ...head, name: "guess", type: "unknown", series: [{ labels: {}, value: 1 }] },
        { ...head, name: "size", type: "summary", series: [{ labels: {}, count: 3, sum: 6, quantiles: [] }] },
      ],
    });
    const { metrics } = await exported(metricProducer(telemetry));
    expect(metrics.get("guess")!.dataPointType).toBe(DataPointType.GAUGE);
    expect(pointsOf(metrics, "size")).toEqual([
      { attributes: {}, value: { count: 3, sum: 6, buckets: { boundaries: [], counts: [3] } } },
    ]);
    expect(metrics.get("size")!.dataPoints[0]!.startTime[0]).toBe(Math.floor(performance.timeOrigin / 1000));
  });

  it("cost the others nothing when they fail", async () => {
    telemetry.close();
    const { scopes, metrics } = await exported(metricProducer(telemetry));
    expect(scopes).toEqual(["app"]);
    expect(metrics.size).toBe(0);
    const { errors } = await metricProducer(telemetry).collect();
    expect(errors).toMatchObject([{ code: "closed" }]);
  });
});

it("the SDK's enumerations have the numbers that are written out here", () => {
  expect(SDK).toEqual({
    double: ValueType.DOUBLE,
    cumulative: AggregationTemporality.CUMULATIVE,
    histogram: DataPointType.HISTOGRAM,
    exponentialHistogram: DataPointType.EXPONENTIAL_HISTOGRAM,
    gauge: DataPointType.GAUGE,
    sum: DataPointType.SUM,
  });
});

it.each([
  ["", ""],
  ["seconds", "s"],
  ["bytes", "By"],
  ["ratio", "1"],
  ["celsius", "Cel"],
  ["tokens", "{tokens}"],
  ["bytes_per_second", "By/s"],
  ["tokens_per_second", "{tokens}/s"],
])("the unit %j is %j there", (unit, ucum) => {
  expect(ucumOf(unit)).toBe(ucum);
});
