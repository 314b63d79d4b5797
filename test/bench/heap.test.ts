import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Place {
  tokens: number;
  bytes: number;
}

const { floorsOf, slopeOf } = (await benchModule("serve/heap-floors.mjs")) as {
  floorsOf: (samples: Place[], total: number, parts: number) => (Place | null)[];
  slopeOf: (points: (Place | null)[]) => number | null;
};
const { seriesOf } = (await benchModule("processes/metric-series.mjs")) as {
  seriesOf: (text: string, name: string, wanted?: Record<string, string>) => Record<string, number>;
};

const places = (...pairs: [number, number][]) => pairs.map(([tokens, bytes]) => ({ tokens, bytes }));

describe("the floor of each part", () => {
  test("is its least value, with the place of it; the last token is in the last part", () => {
    const samples = places([0, 5], [40, 3], [50, 9], [60, 7], [100, 8]);
    expect(floorsOf(samples, 100, 2)).toEqual(places([40, 3], [60, 7]));
  });

  test("is unknown where nothing was seen", () => {
    expect(floorsOf(places([10, 5], [90, 6]), 100, 3)).toEqual([
      { tokens: 10, bytes: 5 },
      null,
      { tokens: 90, bytes: 6 },
    ]);
  });
});

describe("the slope", () => {
  test("is that of a straight line, gaps or not", () => {
    expect(slopeOf([...places([10, 120], [20, 140]), null, ...places([40, 180])])).toBeCloseTo(2);
  });

  test("of what goes up and down by turns is none", () => {
    expect(slopeOf(places([1, 5], [2, 9], [3, 9], [4, 5]))).toBeCloseTo(0);
  });

  test("is unknown of fewer than two places", () => {
    expect(slopeOf([null])).toBeNull();
    expect(slopeOf(places([1, 1]))).toBeNull();
    expect(slopeOf(places([1, 1], [1, 2]))).toBeNull();
  });
});

test("the series of a metric are told apart by their labels, those of another kind left out", () => {
  const text = [
    "# TYPE heap gauge",
    'heap{process="front",thread="main"} 1.5e+06',
    'heap{process="host",thread="main"} 7',
    'heap_total{process="front",thread="main"} 9',
    'gc{process="front",kind="major"} 2',
    'gc{process="front",kind="minor"} 30',
    "",
  ].join("\n");
  expect(seriesOf(text, "heap")).toEqual({ "front main": 1.5e6, "host main": 7 });
  expect(seriesOf(text, "gc", { kind: "major" })).toEqual({ front: 2 });
});
