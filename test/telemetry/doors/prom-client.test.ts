import { Counter, Gauge, Histogram, Registry, Summary, type RegistryContentType } from "prom-client";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineCatalog, newSegmentPath, openTelemetry, type Exemplar } from "../../../src/telemetry/index.js";
import { registrySource, showInRegistry } from "../../../src/telemetry/doors/prom-client.js";
import { parseExposition } from "../exposition-parser.js";

const EXEMPLAR: Exemplar = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

const CATALOG = defineCatalog({
  requests: {
    type: "counter",
    name: "requests_total",
    help: "Requests.",
    labels: { a: "open", b: "open" },
    exemplars: true,
  },
  depth: { type: "gauge", name: "queue_depth", help: "Waiting.", labels: {} },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "Latency.",
    labels: { model: "configured" },
    bounds: [0.1, 0.5],
    exemplars: true,
  },
  sizes: { type: "nativeHistogram", name: "sizes", help: "Sizes.", labels: {}, range: [1, 1024] },
  build: { type: "info", name: "build_info", help: "Build.", labels: { version: "configured" } },
  engine: { type: "stateset", name: "engine", help: "State.", labels: {}, states: ["ready", "dead"] },
});

const open = (path?: string) =>
  openTelemetry(CATALOG, { exemplars: () => EXEMPLAR, ...(path !== undefined && { path }) });

let telemetry: ReturnType<typeof open>;
let registry: Registry<RegistryContentType>;
beforeEach(() => {
  telemetry = open();
  registry = new Registry();
});
afterEach(() => telemetry.close());

function recordEverything(): void {
  const { requests, depth, latency, sizes, build, engine } = telemetry.metrics;
  requests.labels({ a: "x,b:y", b: "z" }).inc(1);
  requests.labels({ a: "x", b: "y,b:z" }).inc(2);
  depth.labels({}).set(-3);
  for (const v of [0.05, 0.2, 7]) latency.labels({ model: "m" }).observe(v);
  for (const v of [1, 2, 1000]) sizes.labels({}).observe(v);
  build.labels({ version: "1.2" }).show();
  engine.labels({}).set("ready");
}

/** All samples of an exposition that a strict parser takes, by name and labels. */
async function samplesOf(source: { metrics(): Promise<string> }): Promise<Map<string, number>> {
  const lines = (await source.metrics()).split("\n").filter((line) => line !== "");
  const families = parseExposition(`${lines.join("\n")}\n`);
  const samples = [...families.values()].flatMap((family) => family.samples);
  return new Map(
    samples.map(({ name, labels, value }) => [name + JSON.stringify(Object.entries(labels).sort()), value]),
  );
}

const ofTelemetry = (source: typeof telemetry) => ({
  metrics: async () => (await source.render({ sources: false })).toString(),
});

describe("our metrics in a registry", () => {
  it("read as in our own rendering, whatever their type", async () => {
    recordEverything();
    await showInRegistry(telemetry, registry);
    const samples = await samplesOf(registry);
    expect(samples).toEqual(await samplesOf(ofTelemetry(telemetry)));
    expect(samples.get('requests_total[["a","x,b:y"],["b","z"]]')).toBe(1);
    expect(samples.get('latency_seconds_bucket[["le","0.5"],["model","m"]]')).toBe(2);
    expect(samples.get('engine[["engine","ready"]]')).toBe(1);
  });

  it("are current at each reading, and stand beside the registry's own", async () => {
    await showInRegistry(telemetry, registry);
    const own = new Counter({ name: "own_total", help: "Own.", registers: [registry] });
    for (let i = 1; i <= 3; i++) {
      telemetry.metrics.depth.labels({}).set(i);
      own.inc();
      const samples = await samplesOf(registry);
      expect([samples.get("queue_depth[]"), samples.get("own_total[]")]).toEqual([i, i]);
    }
    expect(await registry.getSingleMetricAsString("queue_depth")).toContain("queue_depth 3");
  });

  it("are of one moment, and read once a scrape", async () => {
    await showInRegistry(telemetry, registry);
    const snapshot = vi.spyOn(telemetry, "snapshot");
    await registry.metrics();
    expect(snapshot).toHaveBeenCalledTimes(1);
    await registry.getMetricsAsJSON();
    expect(snapshot).toHaveBeenCalledTimes(2);
  });

  it("include those that appear later, from the second reading on", async () => {
    await showInRegistry(telemetry, registry);
    const late = telemetry.extend(
      defineCatalog({ late: { type: "counter", name: "late_total", help: "Late.", labels: {} } }),
    );
    late.late.labels({}).inc(4);
    await registry.metrics();
    expect((await samplesOf(registry)).get("late_total[]")).toBe(4);
  });

  it("leave names to metrics that have them already", async () => {
    new Gauge({ name: "queue_depth", help: "Another.", registers: [registry] }).set(99);
    telemetry.metrics.depth.labels({}).set(1);
    await showInRegistry(telemetry, registry);
    expect((await samplesOf(registry)).get("queue_depth[]")).toBe(99);
  });

  it("can be taken away, and shown again", async () => {
    const own = new Counter({ name: "own_total", help: "Own.", registers: [registry] });
    const hide = await showInRegistry(telemetry, registry);
    hide();
    expect(registry.getMetricsAsArray()).toEqual([own]);
    await showInRegistry(telemetry, registry);
    expect(registry.getMetricsAsArray().length).toBeGreaterThan(1);
  });

  it("cost the registry nothing once the telemetry is closed", async () => {
    new Counter({ name: "own_total", help: "Own.", registers: [registry] }).inc();
    await showInRegistry(telemetry, registry);
    telemetry.close();
    const text = await registry.metrics();
    expect(text).toContain("own_total 1\n");
    expect(text).not.toContain("\nqueue_depth ");
  });

  it("are not set back by resetMetrics()", async () => {
    recordEverything();
    await showInRegistry(telemetry, registry);
    registry.resetMetrics();
    expect((await samplesOf(registry)).get("sizes_count[]")).toBe(3);
  });

  it("carry their exemplars in an OpenMetrics registry, however often it is read", async () => {
    recordEverything();
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    await showInRegistry(telemetry, registry);
    const exemplar = `# {trace_id="${EXEMPLAR.traceId}",span_id="${EXEMPLAR.spanId}"}`;
    for (let i = 0; i < 2; i++) {
      const text = await registry.metrics();
      expect(text).toContain("# TYPE requests counter\n");
      expect(text).toContain(`requests_total{a="x",b="y,b:z"} 2 ${exemplar} 2 `);
      expect(text).toContain(`latency_seconds_bucket{le="0.1",model="m"} 1 ${exemplar} 0.05 `);
      expect(text).toContain(`latency_seconds_bucket{le="+Inf",model="m"} 3 ${exemplar} 7 `);
      expect(text).toContain("# TYPE build_info gauge\n");
    }
    registry.setContentType(Registry.PROMETHEUS_CONTENT_TYPE);
    expect((await samplesOf(registry)).get('requests_total[["a","x"],["b","y,b:z"]]')).toBe(2);
  });

  it("are not added up by a cluster whose processes share one segment", async () => {
    const shared = open(newSegmentPath());
    const aggregators = [];
    for (const source of [shared, telemetry]) {
      const hide = await showInRegistry(source, registry);
      aggregators.push((await registry.getMetricsAsJSON())[0]!.aggregator);
      hide();
    }
    expect(aggregators).toEqual(["first", "sum"]);
    shared.close();
  });
});

describe("a registry's metrics in our output", () => {
  async function snapshot() {
    telemetry.addSource(registrySource(registry));
    return telemetry.snapshot();
  }

  it("include every type, with default labels and numbers as label values", async () => {
    registry.setDefaultLabels({ app: "shop" });
    const registers = [registry];
    const labelNames = ["code", "app"];
    new Counter({ name: "hits", help: "Hits.", labelNames, registers }).inc({ code: 200 }, 5);
    new Gauge({ name: "heat", help: "Heat.", registers }).set(Infinity);
    const histogram = new Histogram({ name: "wait", help: "Wait.", labelNames, buckets: [1, 2], registers });
    for (const value of [0.5, 1.5, 9]) histogram.observe({ code: 200, app: "mine" }, value);
    histogram.observe({ code: 500 }, 0.5);
    new Summary({ name: "size", help: "Size.", percentiles: [0.5], registers }).observe(4);
    const families = await snapshot();
    expect(families["hits"]).toEqual({
      name: "hits",
      type: "counter",
      help: "Hits.",
      unit: "",
      series: [{ labels: { code: "200", app: "shop" }, value: 5 }],
    });
    expect(families["heat"]!.series).toEqual([{ labels: { app: "shop" }, value: Infinity }]);
    expect(families["wait"]!.series).toEqual([
      {
        labels: { code: "200", app: "mine" },
        count: 3,
        sum: 11,
        buckets: [
          { le: 1, count: 1 },
          { le: 2, count: 2 },
          { le: Infinity, count: 3 },
        ],
      },
      {
        labels: { code: "500", app: "shop" },
        count: 1,
        sum: 0.5,
        buckets: [
          { le: 1, count: 1 },
          { le: 2, count: 1 },
          { le: Infinity, count: 1 },
        ],
      },
    ]);
    expect(families["size"]!.series).toEqual([
      { labels: { app: "shop" }, count: 1, sum: 4, quantiles: [{ quantile: 0.5, value: 4 }] },
    ]);
  });

  it("read as in the registry's own output", async () => {
    const registers = [registry];
    new Counter({ name: "hits_total", help: "Hits.", labelNames: ["path"], registers }).inc(
      { path: 'a"\n' },
      5,
    );
    new Histogram({ name: "wait_seconds", help: "Wait.", registers }).observe(0.3);
    new Gauge({ name: "heat", help: "Heat.", registers }).set(-1.5);
    telemetry.addSource(registrySource(registry));
    const all = await samplesOf({ metrics: async () => (await telemetry.render()).toString() });
    for (const [sample, value] of await samplesOf(registry))
      expect([sample, all.get(sample)]).toEqual([sample, value]);
  });

  it("keep the exemplars that have the ids of a trace and a span", async () => {
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
    const registers = [registry];
    const config = { help: "h", labelNames: ["n"], enableExemplars: true, registers };
    const counter = new Counter({ ...config, name: "hits_total" });
    const exemplarLabels = { traceId: EXEMPLAR.traceId, span_id: EXEMPLAR.spanId };
    counter.inc({ labels: { n: 1 }, value: 2, exemplarLabels });
    counter.inc({ labels: { n: 2 }, value: 2, exemplarLabels: { order: "17" } });
    new Histogram({ ...config, name: "wait", buckets: [1] }).observe({
      labels: {},
      value: 3,
      exemplarLabels,
    });
    await registry.metrics();
    const families = await snapshot();
    const exemplar = { ...EXEMPLAR, timestamp: expect.any(Number) as number };
    expect(families["hits_total"]!.series).toEqual([
      { labels: { n: "1" }, value: 2, exemplar: { ...exemplar, value: 2 } },
      { labels: { n: "2" }, value: 2 },
    ]);
    expect(families["wait"]!.series).toMatchObject([{ exemplars: [{ ...exemplar, value: 3 }] }]);
    const text = (await telemetry.render({ format: "openmetrics" })).toString();
    expect(text).toContain(`# {trace_id="${EXEMPLAR.traceId}",span_id="${EXEMPLAR.spanId}"} 3.0 `);
  });

  it("are asked for anew at each reading, through their collect()", async () => {
    let now = 0;
    new Gauge({
      name: "asked",
      help: "h",
      registers: [registry],
      collect() {
        this.set(++now);
      },
    });
    telemetry.addSource(registrySource(registry));
    for (const value of [1, 2])
      expect((await telemetry.snapshot())["asked"]!.series).toMatchObject([{ value }]);
  });
});

describe("both bridges at once", () => {
  it("show each metric once on either side", async () => {
    recordEverything();
    new Counter({ name: "own_total", help: "Own.", registers: [registry] }).inc(5);
    telemetry.addSource(registrySource(registry));
    await showInRegistry(telemetry, registry);
    for (let i = 0; i < 3; i++) {
      const theirs = await samplesOf(registry);
      const ours = await samplesOf({ metrics: async () => (await telemetry.render()).toString() });
      expect(theirs).toEqual(ours);
      expect(ours.get("own_total[]")).toBe(5);
      expect(ours.get("sizes_count[]")).toBe(3);
    }
    expect((await telemetry.snapshot())["tacho_telemetry_source_failures_total"]!.series).toMatchObject([
      { value: 0 },
    ]);
  });

  it("ask each side once, and not each other in turn", async () => {
    const source = registrySource(registry);
    const collect = vi.fn(() => source.collect());
    telemetry.addSource({ collect });
    await showInRegistry(telemetry, registry);
    const snapshot = vi.spyOn(telemetry, "snapshot");
    collect.mockClear();
    await registry.metrics();
    expect([snapshot.mock.calls.length, collect.mock.calls.length]).toEqual([1, 0]);
    await telemetry.render();
    expect([snapshot.mock.calls.length, collect.mock.calls.length]).toEqual([1, 1]);
  });
});
