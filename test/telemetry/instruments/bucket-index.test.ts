import { describe, expect, it } from "vitest";
import { BucketIndex } from "../../../src/telemetry/instruments/bucket-index.js";

const BOUND_SETS = [
  [1],
  [0],
  [-2, -0.5, 0, 0.5, 2],
  [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600],
  [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048],
  [Number.MIN_VALUE, 2 ** -1022, 1.1, 1.2, 1.3, Number.MAX_VALUE],
];

/** Each bound, its neighbours, and the ends of the number line. */
function probes(bounds: readonly number[]): number[] {
  const near = bounds.flatMap((b) => [
    b,
    b * (1 - Number.EPSILON),
    b * (1 + Number.EPSILON),
    b / 2,
    b * 2,
    -b,
  ]);
  return [...near, 0, -0, Number.MIN_VALUE, -Number.MIN_VALUE, 1e308, -1e308, Infinity, -Infinity];
}

describe("BucketIndex", () => {
  it.each(BOUND_SETS.map((bounds) => [bounds]))("counts the bounds below every value, for %j", (bounds) => {
    const index = new BucketIndex(bounds);
    for (const value of probes(bounds)) {
      const below = bounds.filter((bound) => bound < value).length;
      expect(index.find(value), String(value)).toBe(below);
    }
  });
});
