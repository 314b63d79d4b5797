import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkCompanions, findModel } from "../../src/server/model-file.js";

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
      expect(await findModel(model)).toEqual({ model, download: true });
    },
  );

  it.each(["model.gguf", "llama:8b", "./a:b"])("that lies at %s is a file", async (model) => {
    writeFileSync(model, "GGUF and more");
    expect(await findModel(model)).toEqual({ model, download: false });
  });

  it("that lies under a URI's name must be GGUF too", async () => {
    writeFileSync("llama:8b", "text");
    await expect(findModel("llama:8b")).rejects.toThrow("'llama:8b' does not start with GGUF");
  });
});

describe("the files that go with a model", () => {
  const none = { draftModel: "", lora: "", alias: "model" };

  it("may be absent, or GGUF files", async () => {
    writeFileSync("a.gguf", "GGUF and more");
    await checkCompanions(none);
    await checkCompanions({ ...none, draftModel: "a.gguf", lora: "one=a.gguf,two=./a.gguf:2" });
  });

  it.each([
    [{ draftModel: "b.gguf" }, "Expected a GGUF file for --draft-model, but 'b.gguf' does not exist."],
    [{ draftModel: "." }, "Expected a GGUF file for --draft-model, but '.' is a directory."],
    [{ lora: "one=b.gguf" }, "Expected a GGUF file for --lora, but 'b.gguf' does not exist."],
    [{ lora: "one=text" }, "Expected a GGUF file for --lora, but 'text' does not start with GGUF."],
    [{ lora: "model=text" }, "but received 'model' twice."],
  ])("are refused as %j", async (settings, message) => {
    writeFileSync("text", "text");
    await expect(checkCompanions({ ...none, ...settings })).rejects.toThrow(message);
  });
});
