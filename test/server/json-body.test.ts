import { describe, expect, it } from "vitest";
import { nestsDeeperThan } from "../../src/server/json-body.js";

const deep = (json: string, limit: number) => nestsDeeperThan(Buffer.from(json), limit);

describe("nesting", () => {
  it.each([
    ["1", 0],
    ["[]", 1],
    ["[[],[],{}]", 2],
    ['{"a":[{"b":[]}]}', 4],
    ['"[[[["', 0],
    ['["[", "\\"[[", "\\\\", "{"]', 1],
    ['{"é[[":"]]"}', 1],
  ])("of %s is %i", (json, depth) => {
    expect(deep(json, depth)).toBe(false);
    if (depth > 0) expect(deep(json, depth - 1)).toBe(true);
  });

  it("ends with a text that is cut off", () => {
    for (const json of ['"abc', '"abc\\', "[[", '{"a']) expect(deep(json, 2)).toBe(false);
  });
});
