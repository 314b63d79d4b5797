import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkCompanions, findModel, findModels, MIB } from "../../src/server/model-file.js";

const home = process.cwd();
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-model-file-"));
  process.chdir(folder);
});
afterEach(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

describe("a model", () => {
  it.each(["hf:user/model:Q4_K_M", "https://example.com/model.gguf"])(
    "named %s is downloaded",
    async (model) => {
      expect(await findModel(model)).toEqual({ model, download: true, bytes: 0 });
    },
  );

  it.each(["model.gguf", "llama:8b", "./a:b"])("that lies at %s is a file", async (model) => {
    writeFileSync(model, "GGUF and more");
    expect(await findModel(model)).toEqual({ model, download: false, bytes: 13 });
  });

  it("that lies under a URI's name must be GGUF too", async () => {
    writeFileSync("llama:8b", "text");
    await expect(findModel("llama:8b")).rejects.toThrow("'llama:8b' does not start with GGUF");
  });
});

describe("several models", () => {
  it("are as large as all their parts", async () => {
    for (const part of ["a-00001-of-00002.gguf", "a-00002-of-00002.gguf"])
      writeFileSync(part, "GGUF and more");
    const settings = { model: "a-00001-of-00002.gguf\0hf:b/c", alias: "", modelsMemory: 1 };
    expect(await findModels(settings)).toEqual([
      { id: "a", model: "a-00001-of-00002.gguf", download: false, bytes: 26 },
      { id: "c", model: "hf:b/c", download: true, bytes: 0 },
    ]);
  });

  it("must fit in their memory, each alone", async () => {
    writeFileSync("a.gguf", "GGUF".padEnd(MIB + 1));
    await expect(findModels({ model: "a.gguf", alias: "", modelsMemory: 1 })).rejects.toThrow(
      "Expected at least 2 for --models-memory, which 'a' takes alone, but received '1'.",
    );
  });
});

describe("the files that go with a model", () => {
  const none = { draftModel: "", lora: "" };
  const models = [{ id: "model", model: "model.gguf" }];

  it("may be absent, or GGUF files", async () => {
    writeFileSync("a.gguf", "GGUF and more");
    await checkCompanions(none, models);
    await checkCompanions({ ...none, draftModel: "a.gguf", lora: "one=a.gguf,two=./a.gguf:2" }, models);
  });

  it.each([
    [{ draftModel: "b.gguf" }, "Expected a GGUF file for --draft-model, but 'b.gguf' does not exist."],
    [{ draftModel: "." }, "Expected a GGUF file for --draft-model, but '.' is a directory."],
    [{ lora: "one=b.gguf" }, "Expected a GGUF file for --lora, but 'b.gguf' does not exist."],
    [{ lora: "one=text" }, "Expected a GGUF file for --lora, but 'text' does not start with GGUF."],
    [{ lora: "model=text" }, "but received 'model' twice."],
  ])("are refused as %j", async (settings, message) => {
    writeFileSync("text", "text");
    await expect(checkCompanions({ ...none, ...settings }, models)).rejects.toThrow(message);
  });
});
