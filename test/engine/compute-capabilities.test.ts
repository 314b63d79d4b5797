import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { computeCapabilities } from "../../src/engine/compute-capabilities.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-smi-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function program(script: string): string {
  writeFileSync(join(folder, "smi"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, "smi"), 0o755);
  return join(folder, "smi");
}

it.each([
  ['echo "GPU-a, 9.0"; echo "GPU-b, 8.6"', { "GPU-a": "9.0", "GPU-b": "8.6" }],
  ['echo "GPU-a, [N/A]"', {}],
  ['echo "Failed to initialize NVML"; exit 9', {}],
  ["kill -SEGV $$", {}],
])("reads compute capabilities from what %j prints", async (script, expected) => {
  expect(await computeCapabilities(program(script))).toEqual(expected);
});

it("knows none without nvidia-smi", async () => {
  expect(await computeCapabilities(join(folder, "none"))).toEqual({});
});

it("waits for none that hangs, nor for its end", async () => {
  const pid = join(folder, "pid");
  const hung = computeCapabilities(program(`echo $$ > '${pid}'; trap '' TERM; while :; do :; done`), 200);
  expect(await hung).toEqual({});
  await vi.waitFor(() => expect(() => process.kill(Number(readFileSync(pid, "utf8")), 0)).toThrow());
});
