import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const BUILD = fileURLToPath(new URL("../../build/engine", import.meta.url));

function run(command: string, ...args: string[]): string {
  const { status, signal, stdout, stderr, error } = spawnSync(command, args, {
    encoding: "utf8",
    timeout: 240_000,
  });
  if (error) throw error;
  expect({ status, signal }, stdout + stderr).toEqual({ status: 0, signal: null });
  return stdout;
}

test("every kind of sampling settings draws what llama.cpp's own chain draws from the same seed", () => {
  run("cmake", "--build", BUILD, "--target", "sampling_parity");
  expect(run(`${BUILD}/sampling_parity`)).toBe("22 settings agree\n");
}, 300_000);
