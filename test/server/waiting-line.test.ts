import { describe, expect, it } from "vitest";
import { WaitingLine, type Spot } from "../../src/server/waiting-line.js";

const SECONDS_A_LEVEL = 10;

/** All who are left, in order. */
function drain<T>(line: WaitingLine<T>, spots: Map<T, Spot<T>>): T[] {
  const order: T[] = [];
  for (let next; (next = line.first) !== undefined;) {
    order.push(next);
    line.leave(spots.get(next)!);
  }
  return order;
}

function lineOf(arrivals: [name: string, priority: number, at: number][]) {
  const line = new WaitingLine<string>(SECONDS_A_LEVEL);
  const spots = new Map(arrivals.map(([name, priority, at]) => [name, line.join(name, priority, at)]));
  return { line, spots };
}

/** Numbers that look random and are the same in each run. */
function* numbers(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    yield state / 2 ** 32;
  }
}

describe("the waiting line", () => {
  it("puts the highest priority first, and those of one in order of arrival", () => {
    const { line, spots } = lineOf([
      ["a", 0, 0],
      ["b", 5, 1],
      ["c", -5, 1],
      ["d", 5, 2],
      ["e", 0, 2],
    ]);
    expect(drain(line, spots)).toEqual(["b", "d", "a", "e", "c"]);
  });

  it("keeps the order of arrival among those who come at the same moment", () => {
    const { line, spots } = lineOf(Array.from({ length: 9 }, (_, i) => [String(i), 0, 7]));
    expect(drain(line, spots)).toEqual(["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
  });

  it.each([
    [29, ["urgent", "low"]],
    [31, ["low", "urgent"]],
  ])("raises who has waited %i s past a priority of three", (seconds, order) => {
    const { line, spots } = lineOf([
      ["low", 0, 0],
      ["urgent", 3, seconds],
    ]);
    expect(drain(line, spots)).toEqual(order);
  });

  it("serves even the lowest in the end, however many urgent ones keep coming", () => {
    const { line, spots } = lineOf([["low", -100, 0]]);
    let now = 0;
    for (;;) {
      spots.set(String(++now), line.join(String(now), 100, now));
      if (line.first === "low") break;
      line.leave(spots.get(line.first!)!);
    }
    expect(now).toBe(200 * SECONDS_A_LEVEL);
  });

  it("tells who would be ahead of a newcomer", () => {
    const { line } = lineOf([
      ["low", -1, 0],
      ["same", 0, 0],
      ["high", 1, 0],
    ]);
    expect(line.ahead(0, 0).sort()).toEqual(["high", "same"]);
    expect(line.ahead(1, 0)).toEqual(["high"]);
    expect(line.ahead(-2, 0)).toHaveLength(3);
  });

  it("stays in order while thousands come and leave from anywhere", () => {
    const random = numbers(1);
    const next = (below: number) => Math.floor(random.next().value * below);
    const line = new WaitingLine<number>(SECONDS_A_LEVEL);
    const spots = new Map<number, Spot<number>>();
    for (let id = 0; id < 10_000; id++) {
      spots.set(id, line.join(id, next(201) - 100, id / 100));
      const gone = next(id + 1);
      if (id % 3 === 0 && spots.has(gone)) {
        line.leave(spots.get(gone)!);
        spots.delete(gone);
      }
    }
    expect(line.size).toBe(spots.size);
    const expected = [...spots.values()].sort((a, b) => a.rank - b.rank || a.arrival - b.arrival);
    expect(drain(line, spots)).toEqual(expected.map(({ member }) => member));
  });
});
