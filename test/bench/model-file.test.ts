import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

const { removeUnfinished } = (await benchModule("models/model-file.mjs")) as {
  removeUnfinished: (file: string) => void;
};

let folder: string;
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "tacho-model-file-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const files = () => readdirSync(folder).sort();

test("what a killed writer left of a model is removed, what another still writes is not", async () => {
  const model = path.join(folder, "random-tiny-q8_0.gguf");
  const writer = spawn(process.execPath, ["-e", "console.log(1); setInterval(() => {}, 1000)", model]);
  await once(writer.stdout, "data");
  const written = `random-tiny-q8_0.gguf.${writer.pid}.partial`;
  const others = ["random-tiny-f16.gguf.1.partial", "random-tiny-q8_0.gguf", "random-tiny-q8_0.gguf.partial"];
  for (const name of [written, "random-tiny-q8_0.gguf.1.partial", ...others])
    writeFileSync(path.join(folder, name), "");
  removeUnfinished(model);
  expect(files()).toEqual([written, ...others].sort());
  writer.kill("SIGKILL");
  await once(writer, "exit");
  removeUnfinished(model);
  expect(files()).toEqual(others.sort());
});

test("nothing is removed where there is no folder yet", () => {
  expect(() => removeUnfinished(path.join(folder, "none/model.gguf"))).not.toThrow();
});
