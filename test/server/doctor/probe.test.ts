import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { probe } from "../../../src/server/doctor/probe.js";
import { isAlive } from "../tacho-process.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-probe-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function module(text: string): URL {
  const file = join(folder, "module.mjs");
  writeFileSync(file, text);
  return pathToFileURL(file);
}

const HANGS = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);";

it.each([
  ["process.send({ value: JSON.parse(process.argv[2]).kind })", { value: "find" }],
  [`process.send({ value: 1 }, () => { ${HANGS} })`, { value: 1 }],
  ["process.send({ error: 'No.' })", { problem: "No.", kind: "refused" }],
  ["process.kill(process.pid, 'SIGSEGV')", { problem: "was killed by SIGSEGV", kind: "died" }],
  ["process.exit(3)", { problem: "ended with code 3", kind: "died" }],
  ["", { problem: "ended with code 0", kind: "died" }],
  [
    "process.stderr.write('GGML_ASSERT failed\\nand more\\n', () => process.abort())",
    { problem: "was killed by SIGABRT: GGML_ASSERT failed", kind: "died" },
  ],
])("tells what came of %j", async (text, expected) => {
  expect(await probe(module(text), { kind: "find" })).toEqual(expected);
});

it("does not wait for what hangs", async () => {
  const expected = { problem: "gave no answer within 0.3 s", kind: "late" };
  expect(await probe(module(HANGS), {}, 300)).toEqual(expected);
});

it("leaves no process behind", async () => {
  const found = await probe<number>(module(`process.send({ value: process.pid }, () => { ${HANGS} })`), {});
  if (!("value" in found)) throw new Error(found.problem);
  await vi.waitFor(() => expect(isAlive(found.value)).toBe(false), { timeout: 5000, interval: 5 });
});

it("hands no API key on", async () => {
  process.env["TACHO_API_KEY"] = "a-key";
  const found = await probe(module("process.send({ value: 'TACHO_API_KEY' in process.env })"), {});
  delete process.env["TACHO_API_KEY"];
  expect(found).toEqual({ value: false });
});
