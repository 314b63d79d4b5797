import { afterAll, describe, expect, it } from "vitest";
import {
  defineCatalog,
  openTelemetry,
  summarize,
  type EventSummary,
  type FamilySnapshot,
  type Snapshot,
} from "../../../src/telemetry/index.js";

function snapshotOf(...families: Partial<FamilySnapshot>[]): Snapshot {
  const all = families.map((family) => [family.name, { help: "", unit: "", ...family }]);
  return Object.fromEntries(all) as Snapshot;
}

const values = (...numbers: number[]) => numbers.map((value, i) => ({ labels: { n: String(i) }, value }));

describe("a summary", () => {
  it("shows what is not zero under readable names", () => {
    const summary = summarize(
      snapshotOf(
        {
          name: "requests_total",
          type: "counter",
          series: [
            { labels: { model: "llama-3", outcome: "ok" }, value: 12 },
            { labels: { model: "llama-3", outcome: "error" }, value: 0 },
          ],
        },
        { name: "queue_depth", type: "gauge", series: [{ labels: {}, value: -2.5 }] },
        { name: "unknowable", type: "gauge", series: values(NaN, Infinity) },
        { name: "build_info", type: "info", series: [{ labels: { version: "1" }, value: 1 }] },
        {
          name: "engine",
          type: "stateset",
          series: [
            { labels: { replica: "0" }, states: { ready: true, busy: true, dead: false } },
            { labels: { replica: "1" }, states: { ready: false, busy: false, dead: false } },
          ],
        },
      ),
    );
    expect(summary).toEqual({
      "requests_total{model=llama-3,outcome=ok}": 12,
      queue_depth: -2.5,
      "engine{replica=0}": "ready,busy",
    });
  });

  it("tells label sets apart whose texts look alike", () => {
    const series = [
      { labels: { a: "x,b=y", b: "z" }, value: 1 },
      { labels: { a: "x", b: "y,b=z" }, value: 2 },
    ];
    const summary = summarize(snapshotOf({ name: "n_total", type: "counter", series }));
    expect(summary).toEqual({ 'n_total{a="x,b=y",b=z}': 1, 'n_total{a=x,b="y,b=z"}': 2 });
  });

  it("gives the events of a histogram in few numbers", () => {
    const buckets = [
      { le: 0.1, count: 50 },
      { le: 0.3, count: 100 },
      { le: Infinity, count: 100 },
    ];
    const empty = { labels: { model: "b" }, count: 0, sum: 0, buckets: [{ le: Infinity, count: 0 }] };
    const series = [{ labels: { model: "a" }, count: 100, sum: 13.33333333, buckets }, empty];
    expect(summarize(snapshotOf({ name: "ttft_seconds", type: "histogram", series }))).toEqual({
      "ttft_seconds{model=a}": { count: 100, mean: 0.1333, p50: 0.1, p90: 0.26, p99: 0.296, max: 0.3 },
    });
  });

  it("knows the largest event of a native histogram by its bucket", () => {
    const native = { schema: 3, zeroThreshold: 0.001, zeroCount: 0, offset: -7, counts: [5, 5, 0, 0] };
    const buckets = [{ le: Infinity, count: 10 }];
    const series = [{ labels: {}, count: 10, sum: 5, buckets, native }];
    expect(summarize(snapshotOf({ name: "h", type: "histogram", series }))).toEqual({
      h: { count: 10, mean: 0.5, p50: 0.5453, p90: 0.5844, p99: 0.5936, max: 0.5946 },
    });
  });

  it("leaves out what it cannot tell, as JSON has no such numbers", () => {
    const series = [{ labels: {}, count: 2, sum: Infinity, buckets: [{ le: Infinity, count: 2 }] }];
    const summary = summarize(snapshotOf({ name: "h", type: "histogram", series }));
    expect(summary).toEqual({ h: { count: 2 } });
  });

  it("takes over the quantiles of a summary from elsewhere", () => {
    const quantiles = [
      { quantile: 0.5, value: 1 },
      { quantile: 0.999, value: 4 },
    ];
    const series = [{ labels: {}, count: 4, sum: 6, quantiles }];
    expect(summarize(snapshotOf({ name: "s", type: "summary", series }))).toEqual({
      s: { count: 4, mean: 1.5, p50: 1, "p99.9": 4 },
    });
  });

  it("stays small: a family shows its five largest series, and the sum of the others where that means something", () => {
    const counts = [1, 2, 3, 4, 5, 6, 7];
    const summary = summarize(
      snapshotOf(
        { name: "n_total", type: "counter", series: values(...counts) },
        { name: "depth", type: "gauge", series: values(...counts) },
        {
          name: "h",
          type: "histogram",
          series: counts.map((count) => ({
            labels: { n: String(count) },
            count,
            sum: 2 * count,
            buckets: [{ le: Infinity, count }],
          })),
        },
      ),
    );
    expect(Object.keys(summary)).toHaveLength(3 * 5 + 2);
    expect(summary["n_total{...}"]).toBe(3);
    expect(summary["h{...}"]).toEqual({ count: 3, mean: 2 });
    expect(summary["depth{n=6}"]).toBe(7);
    expect(summary["depth{n=0}"]).toBeUndefined();
  });
});

describe("telemetry.summary()", () => {
  const telemetry = openTelemetry(
    defineCatalog({
      requests: { type: "counter", name: "requests_total", help: "h", labels: { outcome: ["ok", "error"] } },
      latency: {
        type: "nativeHistogram",
        name: "latency_seconds",
        help: "h",
        labels: {},
        range: [1e-6, 1e3],
      },
      sizes: { type: "histogram", name: "sizes", help: "h", labels: {}, bounds: [250, 500, 750, 1000] },
    }),
  );
  afterAll(() => telemetry.close());

  it("tells quantiles that are near the truth, and fits a line of JSON", async () => {
    telemetry.metrics.requests.labels({ outcome: "ok" }).inc(1000);
    for (let i = 1; i <= 1000; i++) {
      telemetry.metrics.latency.labels({}).observe(i / 1000);
      telemetry.metrics.sizes.labels({}).observe(i);
    }
    const summary = await telemetry.summary();
    expect(Object.keys(summary)).toEqual(["requests_total{outcome=ok}", "latency_seconds", "sizes"]);
    const { p50, p90, p99, mean } = summary["latency_seconds"] as EventSummary;
    expect(mean).toBe(0.5005);
    for (const [estimate, truth] of [
      [p50, 0.5],
      [p90, 0.9],
      [p99, 0.99],
    ] as const)
      expect(Math.abs(estimate! / truth - 1)).toBeLessThan(0.05);
    expect(summary["sizes"]).toEqual({ count: 1000, mean: 500.5, p50: 500, p90: 900, p99: 990, max: 1000 });
    expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
  });
});
