import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { freeGpuMemory } from "../../src/engine/free-gpu-memory.js";
import { catalog } from "../../src/metrics/catalog.js";
import { newSegmentPath, openTelemetry, type Telemetry } from "../../src/telemetry/index.js";
import { FakeGpu } from "../end-to-end/fake-gpu.js";

let gpu: FakeGpu;
let telemetry: Telemetry<never>;
let path = "";
beforeEach(() => {
  gpu = new FakeGpu();
  path = newSegmentPath();
  telemetry = openTelemetry(catalog, { path }) as never;
  for (const [name, value] of Object.entries(gpu.environment)) vi.stubEnv(name, value);
});
afterEach(() => {
  telemetry.close();
  vi.unstubAllEnvs();
  gpu.end();
});

test("the free memory of the GPUs asked for is what the front has read, and unknown where it reads none", async () => {
  expect(await freeGpuMemory(path, [0])).toBeNull();
  gpu.say({ gpus: 2, memory_used: 1000 });
  telemetry.observeGpu({ intervalMs: 100 });
  const free = await vi.waitFor(
    async () => {
      const one = await freeGpuMemory(path, [0]);
      expect(one).toBeGreaterThan(0);
      return one!;
    },
    { timeout: 10_000 },
  );
  expect(await freeGpuMemory(path, [1])).toBeGreaterThan(0);
  expect(await freeGpuMemory(path, [0, 1])).toBe(free + (await freeGpuMemory(path, [1]))!);
  expect(await freeGpuMemory(path, [0, 2])).toBeNull();
  expect(await freeGpuMemory(path, [])).toBeNull();
});
