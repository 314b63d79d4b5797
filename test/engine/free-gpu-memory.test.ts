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

const CUDA = [{ backend: "cuda" }, { backend: "cuda" }, { backend: "cpu" }];
const IN_ORDER = { CUDA_DEVICE_ORDER: "PCI_BUS_ID" };
const freeOf = (gpus: number[], devices = CUDA, env: NodeJS.ProcessEnv = IN_ORDER) =>
  freeGpuMemory(path, gpus, devices, env);

test("the free memory of the GPUs asked for is what the front has read, and unknown where it reads none", async () => {
  expect(await freeOf([0])).toBeNull();
  gpu.say({ gpus: 2, memory_used: 1000 });
  telemetry.observeGpu({ intervalMs: 100 });
  const free = await vi.waitFor(
    async () => {
      const one = await freeOf([0]);
      expect(one).toBeGreaterThan(0);
      return one!;
    },
    { timeout: 10_000 },
  );
  expect(await freeOf([1])).toBeGreaterThan(0);
  expect(await freeOf([0, 1])).toBe(free + (await freeOf([1]))!);
  expect(await freeOf([0, 2])).toBeNull();
  expect(await freeOf([])).toBeNull();
  // Who chooses or orders CUDA's devices may give another GPU this number, and no other back end counts as NVML.
  expect(await freeOf([0], CUDA, { ...IN_ORDER, CUDA_VISIBLE_DEVICES: "1" })).toBeNull();
  expect(await freeOf([0], CUDA, { CUDA_DEVICE_ORDER: "FASTEST_FIRST" })).toBeNull();
  expect(await freeOf([0], [{ backend: "vulkan" }, { backend: "cpu" }])).toBeNull();
});
