import { describe, expect, it } from "vitest";
import { parseCommand } from "../../src/server/command-line.js";
import { namedModels } from "../../src/server/model-setting.js";
import { readSettings } from "../../src/server/settings-reader.js";

function models(args: string[], env: Record<string, string> = {}) {
  const command = parseCommand(args);
  if (command.kind !== "serve") throw new Error(command.kind);
  return namedModels(readSettings(command.given, env));
}

const named = (...args: string[]) => models(args.flatMap((model) => ["--model", model]));

describe("--model", () => {
  it("is the embedded one by default", () => {
    expect(models([]).map(({ id }) => id)).toEqual(["tacho-mini"]);
    expect(models(["--alias", "mine"]).map(({ id }) => id)).toEqual(["mine"]);
  });

  it.each([
    ["/models/llama-8b.Q4_K_M.gguf", "llama-8b.Q4_K_M"],
    ["big-00001-of-00003.gguf", "big"],
    ["hf:user/tiny:Q8_0", "tiny:Q8_0"],
    ["https://example.com/a/b.gguf?x=y", "b.gguf?x=y"],
    ["./a=b.gguf", "a=b"],
  ])("%s is called %s, unless it is given another name", (model, id) => {
    expect(named(model)).toEqual([{ id, model }]);
    expect(named(`mine=${model}`)).toEqual([{ id: "mine", model }]);
    expect(models(["--model", model, "--alias", "a/b"])).toEqual([{ id: "a/b", model }]);
  });

  it("names several, each with its own name", () => {
    expect(named("a.gguf", "b=c.gguf", "d,e.gguf").map(({ id }) => id)).toEqual(["a", "b", "d,e"]);
    const args = ["--model", "a.gguf", "--alias", "one", "--model", "b.gguf", "--alias", "two"];
    expect(models(args)).toEqual([
      { id: "one", model: "a.gguf" },
      { id: "two", model: "b.gguf" },
    ]);
  });

  it("is a list with commas as a variable, which the flag replaces", () => {
    const env = { TACHO_MODEL: "a.gguf,b=c.gguf" };
    expect(models([], env).map(({ id }) => id)).toEqual(["a", "b"]);
    expect(models([], { TACHO_MODEL: "a.gguf,c.gguf", TACHO_ALIAS: "one,two" }).map(({ id }) => id)).toEqual([
      "one",
      "two",
    ]);
    expect(models(["--model", "d.gguf"], env).map(({ id }) => id)).toEqual(["d"]);
  });

  it.each<[string[], string]>([
    [
      ["--model", "a", "--model", "b", "--alias", "c"],
      "an --alias for each --model, of which there are 2, but received 1.",
    ],
    [["--alias", "a", "--alias", "b"], "an --alias for each --model, of which there are 1, but received 2."],
    [
      ["--model", "a/m.gguf", "--model", "b/m.gguf"],
      "a name of its own for each --model (NAME=FILE), but received 'm' twice.",
    ],
    [
      ["--model", "a=b", "--alias", "c"],
      "one name for a model, by --alias or as NAME=FILE, but received 'c' and 'a'.",
    ],
    [["--model", `${"x".repeat(257)}=a`], "names of at most 256 characters"],
  ])("refuses %j", (args, message) => {
    expect(() => models(args)).toThrow(message);
  });
});
