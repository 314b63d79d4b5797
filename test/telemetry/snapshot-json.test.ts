import { expect, it } from "vitest";
import { snapshotFromJson } from "../../src/telemetry/snapshot-json.js";

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
