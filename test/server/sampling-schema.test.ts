import { describe, expect, it } from "vitest";
import { foldSeed } from "../../src/server/sampling-schema.js";

describe("a seed", () => {
  it.each([0, 1, 42, 2 ** 32 - 2])("of 32 bits stays %i", (seed) => {
    expect(foldSeed(seed)).toBe(seed);
  });

  it("is never the one that asks llama.cpp for a random one", () => {
    for (const seed of [2 ** 32 - 1, 0xffffffff * 2 ** 20]) expect(foldSeed(seed)).not.toBe(2 ** 32 - 1);
  });

  it("of more bits is folded into 32, with all of them", () => {
    const seeds = [-1, 2 ** 32, 2 ** 33, Number.MAX_SAFE_INTEGER];
    const folded = seeds.map(foldSeed);
    for (const seed of folded) expect(seed).toBe(seed >>> 0);
    expect(new Set(folded).size).toBe(seeds.length);
  });
});
