import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { chooseLibraries } from "../../src/engine/libraries.js";

const BUILD = fileURLToPath(new URL("../../build/engine", import.meta.url));
const MODEL = fileURLToPath(new URL("../../models/tacho-mini.gguf", import.meta.url));

function run(command: string, ...args: string[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 240_000,
  });
  if (error) throw error;
  expect({ status, signal }, stdout + stderr).toEqual({ status: 0, signal: null });
  return stdout;
}

function build(program: string): string {
  run("cmake", "--build", BUILD, "--target", program);
  return `${BUILD}/${program}`;
}

test("every kind of sampling settings draws what llama.cpp's own chain draws from the same seed", () => {
  expect(run(build("sampling_parity"))).toBe("30 settings agree\n");
}, 300_000);

test("the model's graph samples what the processor samples, and parameters that stay need no new graph", async () => {
  const { directory } = await chooseLibraries("off");
  expect(run(build("backend_parity"), MODEL, directory)).toBe("both agree\n");
}, 300_000);

test("grammars allow the tokens that llama.cpp allows, and are refused where it refuses them", async () => {
  const { directory } = await chooseLibraries("off");
  expect(run(build("grammar_parity"), MODEL, directory)).toMatch(/^\d+ grammars followed .*: agree\n$/);
}, 300_000);
