import { expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Spread {
  median: number;
  least: number;
  most: number;
}

const { percentile, spread, compared } = (await benchModule("figures.mjs")) as {
  percentile: (values: number[], share: number) => number | null;
  spread: (values: (number | null)[]) => Spread | null;
  compared: (
    own: (number | null)[],
    rival: (number | null)[],
  ) => { ofMedians: number | null; perRound: Spread | null };
};

test("a percentile is one of the values, by nearest rank", () => {
  const values = [5, 1, 4, 2, 3];
  expect([0.5, 0.95, 1].map((share) => percentile(values, share))).toEqual([3, 5, 5]);
  expect(percentile([], 0.5)).toBeNull();
});

test("a spread leaves out the rounds that have no figure", () => {
  expect(spread([3, null, 1, 2])).toEqual({ median: 2, least: 1, most: 3 });
  expect(spread([null])).toBeNull();
});

test("a comparison tells the ratio of the medians and the median of the rounds' ratios", () => {
  const { ofMedians, perRound } = compared([10, 20, 90], [10, 10, 30]);
  expect(ofMedians).toBe(2);
  expect(perRound).toEqual({ median: 2, least: 1, most: 3 });
});

test("a comparison is not rounded, which could lift it onto a target", () => {
  const { ofMedians, perRound } = compared([994.9], [1000]);
  expect([ofMedians, perRound]).toEqual([0.9949, { median: 0.9949, least: 0.9949, most: 0.9949 }]);
});

test("a comparison leaves out the rounds in which one of the two has no figure", () => {
  expect(compared([10, null, 30], [10, 10, null])).toEqual({
    ofMedians: 2,
    perRound: { median: 1, least: 1, most: 1 },
  });
  expect(compared([null], [10])).toEqual({ ofMedians: null, perRound: null });
});
