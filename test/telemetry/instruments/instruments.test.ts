import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCatalog,
  openTelemetry,
  type ExemplarSource,
  type SpecOf,
  type Telemetry,
} from "../../../src/telemetry/index.js";
import { valueOf } from "../fixture.js";

const catalog = defineCatalog({
  state: { type: "gauge", name: "state", help: "State.", labels: {}, mode: "last" },
  peak: { type: "gauge", name: "peak", help: "Peak.", labels: { queue: "open" }, mode: "high-water" },
  pool: { type: "gauge", name: "pool_size", help: "Pool.", labels: { pool: "open" }, mode: "function" },
  size: {
    type: "nativeHistogram",
    name: "size_bytes",
    help: "Sizes.",
    labels: {},
    unit: "bytes",
    range: [1, 1000],
  },
  build: { type: "info", name: "build_info", help: "Build.", labels: { version: "open" } },
  phase: { type: "stateset", name: "phase", help: "Phase.", labels: {}, states: ["starting", "ready"] },
  jobs: { type: "counter", name: "jobs_total", help: "Jobs.", labels: {}, exemplars: true },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "Latency.",
    labels: { kind: ["a"] },
    bounds: [0.1, 1],
    exemplars: true,
  },
});

const SPAN = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

let telemetry: Telemetry<SpecOf<typeof catalog>>;
let active: ReturnType<ExemplarSource>;
beforeEach(() => {
  active = undefined;
  telemetry = openTelemetry(catalog, { exemplars: () => active });
});
afterEach(() => telemetry.close());

const shown = (name: string, labels: Record<string, string> = {}) => valueOf(telemetry, name, labels);

describe("a gauge of mode last", () => {
  it("shows what was set last, by a writer that is still open", async () => {
    expect(await shown("state")).toBeUndefined();
    const other = telemetry.openWriter();
    telemetry.metrics.state.labels({}).set(1);
    other.metrics.state.labels({}).set(2);
    expect(await shown("state")).toBe(2);
    telemetry.metrics.state.labels({}).set(3);
    expect(await shown("state")).toBe(3);
    other.metrics.state.labels({}).set(-4);
    other.close();
    expect(await shown("state")).toBe(3);
  });
});

describe("a gauge of mode high-water", () => {
  it("keeps the highest value, below zero too, when its writer is gone", async () => {
    const peak = telemetry.metrics.peak.labels({ queue: "q" });
    expect(await shown("peak", { queue: "q" })).toBeUndefined();
    for (const value of [NaN, -5, -7]) peak.raise(value);
    expect(await shown("peak", { queue: "q" })).toBe(-5);
    const other = telemetry.openWriter();
    other.metrics.peak.labels({ queue: "q" }).raise(9);
    other.close();
    peak.raise(3);
    expect(await shown("peak", { queue: "q" })).toBe(9);
  });
});

describe("a gauge of mode function", () => {
  it("may itself ask for the metrics, and is not asked again by that", async () => {
    let asked = 0;
    const pool = telemetry.metrics.pool.labels({ pool: "p" });
    pool.from(() => 0);
    pool.from(() => {
      void telemetry.render();
      return ++asked;
    });
    asked = 0;
    await telemetry.render();
    expect(asked).toBe(1);
    pool.from(null);
  });

  it("asks when the metrics are read, and shows nothing while there is no answer", async () => {
    let size: number | Error = 1;
    const pool = telemetry.metrics.pool.labels({ pool: "p" });
    expect(await shown("pool_size", { pool: "p" })).toBeUndefined();
    pool.from(() => {
      if (size instanceof Error) throw size;
      return size;
    });
    expect(await shown("pool_size", { pool: "p" })).toBe(1);
    size = 7;
    expect(await shown("pool_size", { pool: "p" })).toBe(7);
    size = new Error("closed");
    expect(await shown("pool_size", { pool: "p" })).toBeUndefined();
    size = 0;
    expect(await shown("pool_size", { pool: "p" })).toBe(0);
    pool.from(null);
    expect(await shown("pool_size", { pool: "p" })).toBeUndefined();
  });
});

describe("a native histogram", () => {
  const cells = () => {
    const { cell, bounds } = telemetry.metrics.size.labels({});
    return { bounds, counts: [...telemetry.cells.subarray(cell, cell + bounds.length + 1)] };
  };

  it("has eight buckets a doubling, whose bounds are Prometheus'", () => {
    const { bounds } = telemetry.metrics.size.labels({});
    expect(bounds[0]).toBe(1);
    expect(bounds.at(-1)).toBeGreaterThanOrEqual(1000);
    expect(bounds.at(-2)).toBeLessThan(1000);
    bounds.forEach((bound, i) => expect(bound).toBeCloseTo(2 ** (i / 8), 10));
    for (const power of [1, 2, 4, 256, 512]) expect(bounds).toContain(power);
  });

  it("counts each value in the first bucket that holds it", () => {
    const { bounds } = telemetry.metrics.size.labels({});
    const values = bounds.flatMap((bound) => [bound * (1 - Number.EPSILON), bound, bound * 1.0001]);
    for (const value of [...values, 0, -1, 1e9, NaN]) telemetry.metrics.size.labels({}).observe(value);
    const expected = new Array<number>(bounds.length + 1).fill(0);
    for (const value of [...values, 0, -1, 1e9]) expected[bounds.filter((b) => b < value).length]!++;
    expect(cells().counts).toEqual(expected);
  });

  it("is shown in text as far as its bounds are powers of two", async () => {
    for (const value of [0.5, 1.05, 2, 3, 5000]) telemetry.metrics.size.labels({}).observe(value);
    const text = (await telemetry.render()).toString();
    const lines = text.match(/^size_bytes_bucket.*$/gm)!;
    expect(lines.slice(0, 3)).toEqual([
      'size_bytes_bucket{le="1"} 1',
      'size_bytes_bucket{le="2"} 3',
      'size_bytes_bucket{le="4"} 4',
    ]);
    expect(lines.slice(-2)).toEqual(['size_bytes_bucket{le="1024"} 4', 'size_bytes_bucket{le="+Inf"} 5']);
    expect(text).toContain("size_bytes_count 5\n");
  });
});

describe("an info", () => {
  it("is shown while a living writer shows it", async () => {
    const build = telemetry.metrics.build.labels({ version: "1" });
    expect(await shown("build_info", { version: "1" })).toBeUndefined();
    build.show();
    expect(await shown("build_info", { version: "1" })).toBe(1);
    build.hide();
    expect(await shown("build_info", { version: "1" })).toBeUndefined();
  });
});

describe("a state set", () => {
  it("is one series a state, from the first state on", async () => {
    expect(await shown("phase", { phase: "ready" })).toBeUndefined();
    const phase = telemetry.metrics.phase.labels({});
    phase.set("starting");
    expect(await shown("phase", { phase: "starting" })).toBe(1);
    expect(await shown("phase", { phase: "ready" })).toBe(0);
    phase.set("ready");
    expect(await shown("phase", { phase: "starting" })).toBe(0);
    phase.enable("starting");
    phase.disable("ready");
    expect(await shown("phase", { phase: "starting" })).toBe(1);
    expect(await shown("phase", { phase: "ready" })).toBe(0);
  });

  it("has only its own states", () => {
    const phase = telemetry.metrics.phase.labels({});
    // @ts-expect-error not in the list
    expect(() => phase.set("done")).toThrow(
      "Expected one of starting, ready for the state but received done.",
    );
  });
});

describe("exemplars", () => {
  const lines = async () => (await telemetry.render({ format: "openmetrics" })).toString();
  const mark = `# {trace_id="${SPAN.traceId}",span_id="${SPAN.spanId}"}`;

  it("come from the event's own context, or the active span", async () => {
    telemetry.metrics.jobs.labels({}).inc(2, SPAN);
    active = SPAN;
    telemetry.metrics.latency.labels({ kind: "a" }).observe(0.5);
    const text = await lines();
    expect(text).toContain(`jobs_total 2.0 ${mark} 2.0 `);
    expect(text).toContain(`latency_seconds_bucket{kind="a",le="1.0"} 1 ${mark} 0.5 `);
    expect(text).toMatch(/latency_seconds_bucket\{kind="a",le="0.1"\} 0\n/);
  });

  it("are left out where the ids are none, and the event counts all the same", async () => {
    for (const traceId of ["", "x".repeat(32), SPAN.spanId, `${SPAN.traceId}0`, "é".repeat(32)])
      telemetry.metrics.jobs.labels({}).inc(1, { ...SPAN, traceId });
    telemetry.metrics.jobs.labels({}).inc(1, { ...SPAN, spanId: "0" });
    expect(await lines()).toContain("jobs_total 6.0\n");
  });

  it("cost no event, whatever is given for one", async () => {
    const jobs = telemetry.metrics.jobs.labels({});
    for (const broken of [null, {}, 7, { traceId: 1, spanId: 2 }, { ...SPAN, spanId: null }])
      jobs.inc(1, broken as never);
    const failing = openTelemetry(catalog, {
      exemplars: () => {
        throw new Error("no context");
      },
    });
    failing.metrics.jobs.labels({}).inc(3);
    failing.metrics.latency.labels({ kind: "a" }).observe(0.5);
    expect(await valueOf(telemetry, "jobs_total")).toBe(5);
    expect(await valueOf(failing, "jobs_total")).toBe(3);
    expect(await valueOf(failing, "latency_seconds_count", { kind: "a" })).toBe(1);
    failing.close();
  });

  it("leave recording as it is once the telemetry is closed", () => {
    const jobs = telemetry.metrics.jobs.labels({});
    telemetry.close();
    jobs.inc(1, SPAN);
  });
});

describe("a timer", () => {
  it("observes the seconds since it began, once", async () => {
    const stop = telemetry.metrics.latency.labels({ kind: "a" }).timer();
    const seconds = stop();
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(stop()).toBe(seconds);
    expect(await shown("latency_seconds_count", { kind: "a" })).toBe(1);
    expect(await shown("latency_seconds_sum", { kind: "a" })).toBe(seconds);
  });
});

describe("label values that no format can carry", () => {
  it("share the overflow series, and are counted", async () => {
    const writer = telemetry.openWriter();
    for (const queue of ["\ud800", "\udfff!", "x".repeat(4097)])
      writer.metrics.peak.labels({ queue }).raise(1);
    expect(await shown("peak", { queue: "overflow" })).toBe(1);
    expect(await shown("tacho_telemetry_series_overflowed_total", { metric: "peak" })).toBe(3);
    writer.metrics.peak.labels({ queue: "x".repeat(4096) }).raise(2);
    expect(await shown("peak", { queue: "x".repeat(4096) })).toBe(2);
  });
});
