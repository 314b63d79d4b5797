import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { backEndNeeds } from "../../src/engine/back-end-needs.js";
import { linkedLibraries } from "../../src/engine/linked-libraries.js";

let folder = "";
/** Its library lies where only a run path leads. */
let file = "";
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tacho-linked-"));
  file = path.join(folder, "libggml-cuda.so");
  mkdirSync(path.join(folder, "toolkit"));
  compile(path.join(folder, "toolkit/libcudart.so.99"), "-Wl,-soname,libcudart.so.99");
});
afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true }));

function compile(output: string, ...options: string[]): void {
  const args = ["-shared", "-fPIC", "-x", "c", "-", "-Wl,--no-as-needed", ...options, "-o", output];
  const { status, stderr } = spawnSync("cc", args, { input: "", encoding: "utf8" });
  if (status !== 0) throw new Error(`Expected ${output} to compile but received: ${stderr}`);
}

function compileBackEnd(...options: string[]): void {
  compile(file, `-L${path.join(folder, "toolkit")}`, "-l:libcudart.so.99", ...options);
}

function put(script: string): void {
  writeFileSync(path.join(folder, "ldd"), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, "ldd"), 0o755);
  vi.stubEnv("PATH", folder);
}

const cudart = () => linkedLibraries(file)?.find(({ name }) => name === "libcudart.so.99");

test("a library that lies in a RUNPATH alone is found, without one it is not", () => {
  compileBackEnd();
  expect(cudart()).toEqual({ name: "libcudart.so.99", isFound: false });
  compileBackEnd("-Wl,--enable-new-dtags", `-Wl,-rpath,$ORIGIN/toolkit`);
  expect(cudart()).toEqual({ name: "libcudart.so.99", isFound: true });
  expect(backEndNeeds(file)).toMatchObject({ known: true, missing: [], cuda: 99 });
});

test("what is no library is linked with nothing", () => {
  writeFileSync(file, "half a libra");
  expect(linkedLibraries(file)).toEqual([]);
});

test("nothing is known without ldd, nor where it does not answer or crashes", () => {
  vi.stubEnv("PATH", path.join(folder, "toolkit"));
  expect(linkedLibraries(file)).toBeNull();
  expect(backEndNeeds(file)).toEqual({ known: false, libraries: [], missing: [], cuda: null });
  put("while :; do :; done");
  expect(linkedLibraries(file, 100)).toBeNull();
  put("kill -SEGV $$");
  expect(linkedLibraries(file)).toBeNull();
});
