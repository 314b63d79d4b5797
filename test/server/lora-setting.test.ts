import { describe, expect, it } from "vitest";
import { parseAdapters } from "../../src/server/lora-setting.js";
import { UsageError } from "../../src/server/settings.js";

const parse = (setting: string) => parseAdapters(setting, ["base", "other"]);

describe("--lora", () => {
  it.each([
    ["", []],
    ["a=x.gguf", [{ name: "a", path: "x.gguf", scale: 1 }]],
    ["a=x.gguf:0.25", [{ name: "a", path: "x.gguf", scale: 0.25 }]],
    ["a=x.gguf:-2", [{ name: "a", path: "x.gguf", scale: -2 }]],
    ["my:name=/d:1/x=y.gguf", [{ name: "my:name", path: "/d:1/x=y.gguf", scale: 1 }]],
    [
      "a=x.gguf:2,b=x.gguf",
      [
        { name: "a", path: "x.gguf", scale: 2 },
        { name: "b", path: "x.gguf", scale: 1 },
      ],
    ],
  ])("%j names adapters", (setting, adapters) => {
    expect(parse(setting)).toEqual(adapters);
  });

  it.each([
    [
      "x.gguf",
      "Expected NAME=FILE or NAME=FILE:SCALE, separated by commas, for --lora, but received 'x.gguf'.",
    ],
    ["=x.gguf", "but received '=x.gguf'."],
    ["a=", "but received 'a='."],
    ["a=x.gguf,", "but received ''."],
    ["a=x.gguf:", "Expected a scale from -100 to 100 for --lora, but received ''."],
    ["a=x.gguf:half", "Expected a scale from -100 to 100 for --lora, but received 'half'."],
    ["a=x.gguf:101", "but received '101'."],
    ["a=x.gguf:1e1", "but received '1e1'."],
    [
      "a=x.gguf,a=y.gguf",
      "Expected a name of its own for each adapter and the model for --lora, but received 'a' twice.",
    ],
    ["base=x.gguf", "but received 'base' twice."],
    [`${"n".repeat(257)}=x.gguf`, "Expected names of at most 256 characters for --lora"],
  ])("%j is refused", (setting, message) => {
    expect(() => parse(setting)).toThrow(UsageError);
    expect(() => parse(setting)).toThrow(message);
  });
});
