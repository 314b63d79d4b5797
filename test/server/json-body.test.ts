import { describe, expect, it } from "vitest";
import { measureJson } from "../../src/server/json-body.js";

const measure = (json: string) => measureJson(Buffer.from(json));

describe("the measure of", () => {
  it.each([
    ["1", 0, 0],
    ["[]", 1, 1],
    ["[[],[],{}]", 2, 4],
    ['{"a":[{"b":[]}],"c":1}', 4, 7],
    ['"[[[["', 0, 0],
    ['["[", "\\"[[:", "\\\\", "{"]', 1, 1],
    ['{"é[[":"]]:"}', 1, 2],
  ])("%s is %i deep with %i nodes", (json, depth, nodes) => {
    expect(measure(json)).toMatchObject({ depth, nodes });
  });

  it.each([
    ["1", 1],
    ["[1,2,3]", 4],
    ['{"a":"x,y","b":[{"c":1}]}', 5],
  ])("%s has %i values", (json, values) => {
    expect(measure(json).values).toBe(values);
  });

  it("a text that is cut off ends with it", () => {
    for (const json of ['"abc', '"abc\\', "[[", '{"a']) expect(measure(json).depth).toBeLessThan(3);
  });
});
