import { describe, expect, it } from "vitest";
import { quantileOf } from "../../../src/telemetry/reading/quantile.js";
import type { HistogramSeries } from "../../../src/telemetry/index.js";

function classic(...buckets: [le: number, count: number][]): HistogramSeries {
  const count = buckets.at(-1)![1];
  return { labels: {}, count, sum: count, buckets: buckets.map(([le, n]) => ({ le, count: n })) };
}

function native(part: Partial<NonNullable<HistogramSeries["native"]>>): HistogramSeries {
  const all = { schema: 0, zeroThreshold: 2 ** -10, zeroCount: 0, offset: 0, counts: [], ...part };
  const count = all.counts.reduce((sum, n) => sum + n, all.zeroCount);
  return { labels: {}, count, sum: count, buckets: [{ le: Infinity, count }], native: all };
}

describe("a quantile of explicit buckets", () => {
  const series = classic([0.1, 10], [0.5, 30], [1, 40], [Infinity, 50]);

  it.each([
    [0.1, 0.05],
    [0.4, 0.3],
    [0.6, 0.5],
    [0.7, 0.75],
    [0.9, 1],
    [0.99, 1],
  ])("%d lies on a line between its bucket's bounds", (q, value) => {
    expect(quantileOf(series, q)).toBeCloseTo(value, 12);
  });

  it("is the bound of a first bucket that reaches below zero", () => {
    expect(quantileOf(classic([-1, 5], [1, 6], [Infinity, 6]), 0.5)).toBe(-1);
  });

  it("is unknown without events or bounds", () => {
    expect(quantileOf(classic([1, 0], [Infinity, 0]), 0.5)).toBeNaN();
    expect(quantileOf(classic([Infinity, 4]), 0.5)).toBeNaN();
  });
});

describe("a quantile of native buckets", () => {
  it("lies on an exponential curve within its bucket", () => {
    const series = native({ offset: 1, counts: [4, 4] });
    expect(quantileOf(series, 0.25)).toBeCloseTo(2 ** 0.5, 12);
    expect(quantileOf(series, 0.75)).toBeCloseTo(2 ** 1.5, 12);
  });

  it("follows the schema and a negative offset", () => {
    const series = native({ schema: 3, offset: -15, counts: [0, 10] });
    expect(quantileOf(series, 0.2)).toBeCloseTo(2 ** ((-15 + 0.2) / 8), 12);
  });

  it("is looked for from above in the upper half, as Prometheus does, so that a gap shows its far end", () => {
    const series = native({ offset: 1, counts: [1, 0, 0, 1] });
    expect(quantileOf(series, 0.5)).toBe(8);
    expect(quantileOf(series, 0.49)).toBeCloseTo(2 ** 0.98, 12);
  });

  it("is linear between zero and its threshold", () => {
    const series = native({ zeroCount: 10, offset: 1, counts: [10] });
    expect(quantileOf(series, 0.25)).toBe(2 ** -11);
  });
});
