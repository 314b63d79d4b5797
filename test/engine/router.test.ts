import { describe, expect, it } from "vitest";
import { Router } from "../../src/engine/router.js";

/** `a`'s blocks begin with 1, 2, …, which no other prompt's do. */
const prompt = (first: number, length = 4) => Array.from({ length }, (_, at) => first * 100 + at);
const router = (replicas: number, { slots = 8, blocks = 100 } = {}) =>
  new Router(Array.from({ length: replicas }, () => ({ slots, blocks })));

describe("the router", () => {
  it("spreads prompts that have nothing in common", () => {
    const three = router(3);
    expect([1, 2, 3, 4, 5, 6].map((first) => three.choose(prompt(first)))).toEqual([0, 1, 2, 0, 1, 2]);
  });

  it("sends a prompt to where its beginning was served, though another is idle", () => {
    const two = router(2);
    two.choose(prompt(1));
    two.choose(prompt(2));
    two.ended(0);
    expect(two.choose([...prompt(2), 7, 8])).toBe(1);
  });

  it("prefers the longer of two cached beginnings", () => {
    const two = router(2);
    two.choose(prompt(1, 2));
    two.choose(prompt(9));
    two.ended(0);
    two.choose(prompt(1, 2));
    two.ended(0);
    two.choose([...prompt(1, 2), 50, 51]);
    expect(two.choose([...prompt(1, 2), 50, 51, 52])).toBe(0);
  });

  it("lets a cached beginning pull to a replica that is a quarter of its slots busier, and no further", () => {
    const two = router(2, { slots: 8 });
    const common = Array.from({ length: 8 }, () => two.choose(prompt(1)));
    expect(common.slice(0, 4)).toEqual([0, 0, 0, 1]);
    expect(common.filter((replica) => replica === 0)).toHaveLength(4);
  });

  it("takes the least busy of those that know as much", () => {
    const two = router(2);
    for (let i = 0; i < 4; i++) two.choose(prompt(1));
    two.ended(0);
    two.ended(0);
    two.ended(0);
    expect(two.choose(prompt(1))).toBe(0);
    expect(two.choose(prompt(1))).toBe(0);
    expect(two.choose(prompt(1))).toBe(1);
  });

  it("gives a full replica nothing, and nobody anything when all are full", () => {
    const two = router(2, { slots: 2 });
    const placed = [1, 1, 1, 1].map(() => two.choose(prompt(1)));
    expect(placed.sort()).toEqual([0, 0, 1, 1]);
    expect(two.choose(prompt(1))).toBeNull();
    two.ended(1);
    expect(two.choose(prompt(1))).toBe(1);
  });

  it("heeds that replicas differ in size", () => {
    const uneven = new Router([
      { slots: 1, blocks: 10 },
      { slots: 3, blocks: 10 },
    ]);
    expect([1, 2, 3, 4].map((first) => uneven.choose(prompt(first)))).toEqual([0, 1, 1, 1]);
  });

  it("forgets the beginnings served longest ago, each from its end", () => {
    const two = router(2, { blocks: 6 });
    two.choose(prompt(1)); // 0 holds 4 blocks of it
    two.choose(prompt(2)); // 1
    two.ended(0);
    two.ended(1);
    two.choose(prompt(3)); // 0 keeps the first 2 blocks of the first prompt
    two.ended(0);
    two.choose(prompt(1, 2).concat(70, 71)); // found on 0
    expect(two.choose(prompt(2))).toBe(1);
    two.ended(0);
    two.ended(1);
    for (const first of [4, 5, 6, 7]) two.ended(two.choose(prompt(first))!);
    two.choose(prompt(8)); // 0 is the busier one now
    expect(two.choose(prompt(1))).toBe(1);
  });

  it("knows as many blocks as it has room for, of a prompt longer than that too", () => {
    const two = router(2, { blocks: 3 });
    two.choose(prompt(1, 50));
    two.choose(prompt(2));
    two.ended(1);
    expect(two.choose(prompt(1, 3))).toBe(0);
  });
});
