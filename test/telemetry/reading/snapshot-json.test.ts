import { expect, it } from "vitest";
import { defineCatalog, openTelemetry } from "../../../src/telemetry/index.js";
import { snapshotFromJson } from "../../../src/telemetry/reading/snapshot-json.js";

const head = { help: "", unit: "" };

it("brings back the numbers that JSON has not, and leaves labels alone", () => {
  const labels = { a: "NaN", b: "+Inf" };
  const snapshot = snapshotFromJson(
    Buffer.from(
      JSON.stringify([
        {
          ...head,
          name: "g",
          type: "gauge",
          series: [
            { labels, value: "NaN" },
            { labels, value: "-Inf" },
          ],
        },
        {
          ...head,
          name: "h",
          type: "histogram",
          series: [
            {
              labels,
              count: 1,
              sum: "+Inf",
              buckets: [
                { le: 1, count: 0 },
                { le: "+Inf", count: 1 },
              ],
              exemplars: [{ traceId: "a", spanId: "b", value: "+Inf", timestamp: 1 }],
            },
          ],
        },
        {
          ...head,
          name: "s",
          type: "summary",
          series: [{ labels, count: 0, sum: "NaN", quantiles: [{ quantile: 0.5, value: "NaN" }] }],
        },
        { ...head, name: "state", type: "stateset", series: [{ labels, states: { NaN: true } }] },
      ]),
    ),
  );
  expect(snapshot["g"]!.series).toEqual([
    { labels, value: NaN },
    { labels, value: -Infinity },
  ]);
  const buckets = [
    { le: 1, count: 0 },
    { le: Infinity, count: 1 },
  ];
  const exemplars = [{ traceId: "a", spanId: "b", value: Infinity, timestamp: 1 }];
  expect(snapshot["h"]!.series).toEqual([{ labels, count: 1, sum: Infinity, buckets, exemplars }]);
  expect(snapshot["s"]!.series).toEqual([
    { labels, count: 0, sum: NaN, quantiles: [{ quantile: 0.5, value: NaN }] },
  ]);
  expect(snapshot["state"]!.series).toEqual([{ labels, states: { NaN: true } }]);
});

it("is what telemetry.snapshot() gives of each instrument", async () => {
  const telemetry = openTelemetry(
    defineCatalog({
      n: { type: "counter", name: "n_total", help: "N.", labels: { kind: "open" } },
      depth: { type: "gauge", name: "depth_bytes", help: "Depth.", labels: {}, unit: "bytes" },
      native: { type: "nativeHistogram", name: "native", help: "H.", labels: {}, range: [1, 8], schema: 0 },
      engine: { type: "stateset", name: "engine", help: "E.", labels: {}, states: ["on", "off"] },
    }),
  );
  const awkward = 'a"\\\n\u0001é😀';
  telemetry.metrics.n.labels({ kind: awkward }).inc(2.5);
  telemetry.metrics.depth.labels({}).set(-Infinity);
  for (const v of [0, 2, 3, 100]) telemetry.metrics.native.labels({}).observe(v);
  telemetry.metrics.engine.labels({}).set("off");
  const created = expect.any(Number) as number;
  const snapshot = await telemetry.snapshot();
  expect(Object.keys(snapshot)).toEqual(["n_total", "depth_bytes", "native", "engine"]);
  expect(snapshot["n_total"]!.series).toEqual([{ labels: { kind: awkward }, value: 2.5, created }]);
  expect(snapshot["depth_bytes"]).toEqual({
    name: "depth_bytes",
    type: "gauge",
    help: "Depth.",
    unit: "bytes",
    series: [{ labels: {}, value: -Infinity }],
  });
  expect(snapshot["native"]!.series).toMatchObject([
    {
      count: 4,
      sum: 105,
      native: { schema: 0, zeroThreshold: 1, zeroCount: 1, offset: 1, counts: [1, 1, 0, 1] },
    },
  ]);
  expect(snapshot["engine"]!.series).toEqual([{ labels: {}, states: { on: false, off: true } }]);
  telemetry.close();
});
