import { spawnSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCatalog,
  openTelemetry,
  type FamilySnapshot,
  type Format,
  type SpecOf,
  type Telemetry,
} from "../../../src/telemetry/index.js";
import { callNative, loadAddon } from "../../../src/telemetry/segment/native.js";
import { debianPackage } from "../../debian-package.js";
import { parseExposition } from "../exposition-parser.js";
import { openMetricsReference } from "../openmetrics-reference.js";
import { parseProtobuf } from "../protobuf-parser.js";

const catalog = defineCatalog({
  requests: {
    type: "counter",
    name: "app_requests_total",
    help: 'Requests: "\\" or\nmore.',
    labels: { route: "open" },
    exemplars: true,
  },
  sent: { type: "counter", name: "app_sent_bytes_total", help: "Sent.", unit: "bytes", labels: {} },
  waiting: { type: "gauge", name: "app_waiting", help: "Waiting.", labels: { queue: "configured" } },
  temperature: { type: "gauge", name: "app_temperature", help: "Degrees.", labels: {}, mode: "last" },
  peak: { type: "gauge", name: "app_peak", help: "Peak.", labels: {}, mode: "high-water" },
  latency: {
    type: "histogram",
    name: "app_latency_seconds",
    help: "Latency.",
    unit: "seconds",
    labels: { route: "open" },
    bounds: [0.1, 1, 2.5],
    exemplars: true,
  },
  delta: { type: "histogram", name: "app_delta", help: "Up or down.", labels: {}, bounds: [-1, 0, 1] },
  step: {
    type: "nativeHistogram",
    name: "app_step_seconds",
    help: "Step.",
    unit: "seconds",
    labels: { route: "open" },
    range: [1e-3, 10],
    exemplars: true,
  },
  build: { type: "info", name: "app_build_info", help: "Build.", labels: { version: "open" } },
  engine: { type: "stateset", name: "app_engine", help: "Engine.", labels: {}, states: ["up", "down"] },
});

const FORMATS: Format[] = ["text", "openmetrics", "protobuf"];
const EXEMPLAR = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
/** Everything that an encoder could trip over. */
const AWKWARD = [
  '"',
  "\\",
  "\n",
  "\\n",
  '\\"',
  "\0",
  "a\0b",
  "🙂 €",
  "\r\t\u2028",
  "{}#,= ",
  "",
  "__proto__",
];

let telemetry: Telemetry<SpecOf<typeof catalog>>;
beforeEach(() => {
  telemetry = openTelemetry(catalog);
});
afterEach(() => telemetry.close());

function recordSomething(): void {
  const { metrics } = telemetry;
  metrics.requests.labels({ route: "/" }).inc(3, EXEMPLAR);
  metrics.sent.labels({}).inc(1e9);
  metrics.waiting.labels({ queue: "q" }).set(5);
  metrics.temperature.labels({}).set(-3.5);
  metrics.peak.labels({}).raise(12);
  for (const value of [0.05, 0.5, 5]) metrics.latency.labels({ route: "/" }).observe(value, EXEMPLAR);
  for (const value of [-2, 0.5]) metrics.delta.labels({}).observe(value);
  for (const value of [1e-4, 0.025, 0.3, 20]) metrics.step.labels({ route: "/" }).observe(value, EXEMPLAR);
  metrics.build.labels({ version: "1.2.3" }).show();
  metrics.engine.labels({}).set("up");
}

/** Series that are shown, for the names of each format to be compared. */
async function snapshotOf(name: string): Promise<FamilySnapshot> {
  const { segment } = telemetry as unknown as {
    segment: { render(format: "json", views: null, withMetrics: false, foreign: []): Promise<Buffer> };
  };
  const families = JSON.parse((await segment.render("json", null, false, [])).toString()) as FamilySnapshot[];
  return families.find((family) => family.name === name)!;
}

describe("the text format", () => {
  const { promtool } = debianPackage("prometheus", ["promtool"]);

  it("is one that promtool finds nothing wrong with", async () => {
    recordSomething();
    const input = await telemetry.render();
    parseExposition(input.toString());
    const { stdout, stderr, status } = spawnSync(promtool, ["check", "metrics"], { input, encoding: "utf8" });
    expect(stdout + stderr).toBe("");
    expect(status).toBe(0);
  });
});

describe("OpenMetrics", () => {
  const parse = openMetricsReference();

  it("is one that the reference parser accepts, with every type and unit", async () => {
    recordSomething();
    const families = parse(await telemetry.render({ format: "openmetrics" }));
    expect(families.map(({ name, type, unit }) => [name, type, unit])).toEqual([
      ["app_requests", "counter", ""],
      ["app_sent_bytes", "counter", "bytes"],
      ["app_waiting", "gauge", ""],
      ["app_temperature", "gauge", ""],
      ["app_peak", "gauge", ""],
      ["app_latency_seconds", "histogram", "seconds"],
      ["app_delta", "histogram", ""],
      ["app_step_seconds", "histogram", "seconds"],
      ["app_build", "info", ""],
      ["app_engine", "stateset", ""],
    ]);
    expect(families[0]!.help).toBe('Requests: "\\" or\nmore.');
  });

  it("says when a series was created", async () => {
    const before = Date.now() / 1000;
    recordSomething();
    const families = parse(await telemetry.render({ format: "openmetrics" }));
    for (const name of ["app_requests", "app_latency_seconds", "app_step_seconds"]) {
      const { samples } = families.find((family) => family.name === name)!;
      const created = Number(samples.find((sample) => sample.name === `${name}_created`)!.value);
      expect(created).toBeGreaterThan(before - 1);
      expect(created).toBeLessThan(Date.now() / 1000 + 1);
    }
  });

  it("shows exemplars on totals and on the buckets that hold them", async () => {
    recordSomething();
    const families = parse(await telemetry.render({ format: "openmetrics" }));
    const exemplars = families.flatMap(({ samples }) =>
      samples.flatMap(({ name, labels, exemplar }) =>
        exemplar ? [[name, labels["le"], exemplar.value]] : [],
      ),
    );
    expect(exemplars).toEqual([
      ["app_requests_total", undefined, 3],
      ["app_latency_seconds_bucket", "0.1", 0.05],
      ["app_latency_seconds_bucket", "1.0", 0.5],
      ["app_latency_seconds_bucket", "+Inf", 5],
      ["app_step_seconds_bucket", "0.0009765625", 1e-4],
      ["app_step_seconds_bucket", "0.03125", 0.025],
      ["app_step_seconds_bucket", "0.5", 0.3],
      ["app_step_seconds_bucket", "+Inf", 20],
    ]);
    const { labels, timestamp } = families[0]!.samples[0]!.exemplar!;
    expect(labels).toEqual({ trace_id: EXEMPLAR.traceId, span_id: EXEMPLAR.spanId });
    expect(Math.abs(timestamp - Date.now() / 1000)).toBeLessThan(60);
  });

  it("gives every label value back as it came", async () => {
    for (const route of AWKWARD) telemetry.metrics.requests.labels({ route }).inc();
    const families = parse(await telemetry.render({ format: "openmetrics" }));
    const totals = families[0]!.samples.filter(({ name }) => name === "app_requests_total");
    expect(totals.map(({ labels }) => labels["route"])).toEqual(AWKWARD);
  });
});

describe("every format", () => {
  it("gives every label value back as it came", async () => {
    for (const route of AWKWARD) telemetry.metrics.requests.labels({ route }).inc();
    const text = parseExposition((await telemetry.render()).toString());
    expect(text.get("app_requests_total")!.samples.map(({ labels }) => labels["route"])).toEqual(AWKWARD);
    const protobuf = parseProtobuf(await telemetry.render({ format: "protobuf" }));
    expect(protobuf.get("app_requests_total")!.map(({ labels }) => labels["route"])).toEqual(AWKWARD);
    const { series } = await snapshotOf("app_requests_total");
    expect(series.map(({ labels }) => labels["route"])).toEqual(AWKWARD);
  });

  it("shows the same totals", async () => {
    recordSomething();
    const text = parseExposition((await telemetry.render()).toString());
    const protobuf = parseProtobuf(await telemetry.render({ format: "protobuf" }));
    for (const [name, { type, samples }] of text) {
      const totals = samples.filter((s) => s.name === (type === "histogram" ? `${name}_count` : name));
      expect(protobuf.get(name)!.map(({ value }) => value)).toEqual(totals.map(({ value }) => value));
    }
  });

  it("is rendered alike by calls at the same time, while series are added", async () => {
    recordSomething();
    const renderings = FORMATS.flatMap((format) => {
      telemetry.metrics.requests.labels({ route: format }).inc();
      return [telemetry.render({ format }), telemetry.render({ format })];
    });
    await Promise.all(renderings);
    const [one, two] = await Promise.all([telemetry.render(), telemetry.render()]);
    expect(one.equals(two)).toBe(true);
  });
});

describe("a format that there is not", () => {
  it("is refused by name", async () => {
    await expect(telemetry.render({ format: "xml" as Format })).rejects.toThrow(
      new TypeError("Expected text, openmetrics, protobuf or json for the format but received xml."),
    );
  });
});

describe("a snapshot", () => {
  it("tells what each instrument holds", async () => {
    recordSomething();
    expect(await snapshotOf("app_requests_total")).toMatchObject({
      type: "counter",
      series: [{ labels: { route: "/" }, value: 3, exemplar: { ...EXEMPLAR, value: 3 } }],
    });
    expect(await snapshotOf("app_latency_seconds")).toMatchObject({
      type: "histogram",
      unit: "seconds",
      series: [
        {
          count: 3,
          sum: 5.55,
          buckets: [
            { le: 0.1, count: 1 },
            { le: 1, count: 2 },
            { le: 2.5, count: 2 },
            { le: "+Inf", count: 3 },
          ],
        },
      ],
    });
    expect(await snapshotOf("app_step_seconds")).toMatchObject({
      series: [{ count: 4, native: { schema: 3, zeroThreshold: 2 ** -10, zeroCount: 1 } }],
    });
    expect(await snapshotOf("app_engine")).toMatchObject({
      type: "stateset",
      series: [{ labels: {}, states: { up: true, down: false } }],
    });
    expect(await snapshotOf("app_build_info")).toMatchObject({
      type: "info",
      series: [{ labels: { version: "1.2.3" }, value: 1 }],
    });
  });

  it("places a native histogram's counts where Prometheus has them", async () => {
    const { series } = await snapshotOf("app_step_seconds");
    expect(series).toEqual([]);
    const handle = telemetry.metrics.step.labels({ route: "/" });
    for (const value of [0.3, 0.3, 1, 20]) handle.observe(value);
    const after = await snapshotOf("app_step_seconds");
    if (after.type !== "histogram") throw new Error(after.type);
    const { offset, counts } = after.series[0]!.native!;
    const filled = counts.flatMap((count, i) => (count > 0 ? [[offset + i, count]] : []));
    const indexOf = (value: number) => Math.ceil(Math.log2(value) * 8);
    expect(filled).toEqual([
      [indexOf(0.3), 2],
      [0, 1],
      [indexOf(10) + 1, 1],
    ]);
  });
});

describe("families from elsewhere", () => {
  const parse = openMetricsReference();
  const foreign: FamilySnapshot[] = [
    {
      name: "other_seconds",
      type: "summary",
      help: "Other.",
      unit: "seconds",
      series: [{ labels: { a: "x" }, count: 3, sum: 6, quantiles: [{ quantile: 0.5, value: 2 }] }],
    },
    {
      name: "other_build_info",
      type: "info",
      help: "",
      unit: "",
      series: [{ labels: { v: "1" }, value: 1 }],
    },
    { name: "other", type: "unknown", help: "", unit: "", series: [{ labels: {}, value: NaN }] },
    { name: "other_events_total", type: "counter", help: "", unit: "", series: [{ labels: {}, value: 4 }] },
    {
      name: "other_state",
      type: "stateset",
      help: "",
      unit: "",
      series: [{ labels: {}, states: { on: true, off: false } }],
    },
    {
      name: "other_wait",
      type: "histogram",
      help: "",
      unit: "",
      series: [
        {
          labels: {},
          created: 1700000000,
          count: 3,
          sum: 4,
          buckets: [
            { le: 1, count: 1 },
            { le: Infinity, count: 3 },
          ],
          exemplars: [{ ...EXEMPLAR, value: 0.5, timestamp: 1700000001 }],
        },
      ],
    },
    { name: "app_sent_bytes_total", type: "gauge", help: "", unit: "", series: [{ labels: {}, value: 9 }] },
  ];

  it("are shown in every format after our own, unless a name is taken", async () => {
    telemetry.addSource({ collect: () => foreign });
    const names = foreign.map(({ name }) => name).slice(0, -1);
    const text = parseExposition((await telemetry.render()).toString());
    expect([...text.keys()].slice(-names.length)).toEqual(names);
    expect(text.get("app_sent_bytes_total")!.samples[0]!.value).toBe(0);
    const protobuf = parseProtobuf(await telemetry.render({ format: "protobuf" }));
    expect([...protobuf.keys()].slice(-names.length)).toEqual(names);
    const openMetrics = parse(await telemetry.render({ format: "openmetrics" }));
    expect(openMetrics.slice(-names.length).map(({ name, type }) => [name, type])).toEqual([
      ["other_seconds", "summary"],
      ["other_build", "info"],
      ["other", "unknown"],
      ["other_events", "counter"],
      ["other_state", "stateset"],
      ["other_wait", "histogram"],
    ]);
  });

  it("are refused by name when they are none", () => {
    const broken = [{ name: "x", type: "gauge", help: "", unit: "", series: [{ labels: {}, value: "1" }] }];
    const segment = loadAddon().create(null, { shards: 1, cellsPerShard: 16, directoryBytes: 4096 });
    expect(() => callNative(() => segment.render("text", null, false, broken as never))).toThrow(
      'Expected a number for value of series of family x of a metric source but received "1".',
    );
    segment.close();
  });
});

describe("sets of views", () => {
  it("are compiled where they are rendered, and refused there, each time", async () => {
    const segment = loadAddon().create(null, { shards: 1, cellsPerShard: 16, directoryBytes: 4096 });
    const views = [{ name: "x", type: "gauge", help: "An x.", from: { metric: "y", labels: {} } }] as const;
    const alike = [...views];
    for (let time = 0; time < 2; time++) {
      const rendering = segment.render("text", [views, alike], false, []);
      expect(rendering).toBeInstanceOf(Promise);
      await expect(rendering).rejects.toMatchObject({ code: "invalid_view" });
    }
    segment.close();
  });
});
