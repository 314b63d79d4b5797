import { spawnSync } from "node:child_process";
import { statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { memoryAdvice, type MemoryNeeds } from "../../src/engine/memory-advice.js";
import { memoryNeeds } from "../../src/engine/memory-needs.js";
import type { EngineSettings } from "../../src/engine/messages.js";
import { outOfMemory } from "../../src/engine/out-of-memory.js";

const GB = 1e9;

/** 0.5 GB a layer, and 0.5 MB a cell over all 80 of them. */
const needs: MemoryNeeds = {
  ...{ layers: 80, keepsCells: true, hasDraft: false },
  bytes: (layers, cells) => layers * (0.5 * GB + (cells * 0.5e6) / 80),
};

const advice = (free: number | null, layers = -1, cells = 8192) =>
  memoryAdvice(needs, { layers, cells, free: free === null ? null : free * GB });

const NEED = "by estimate the model needs 44.1 GB on the GPU with 80 layers and a context of 8192 tokens; ";

describe("what would fit", () => {
  test("is fewer layers, or a shorter context, each as many as fit", () => {
    // 0.95 × 44 GB: 80 layers leave 1.8 GB for cells of 0.5 MB.
    expect(advice(44)).toBe(`${NEED}the GPU has 44.0 GB free: --gpu-layers 75 fits, or --ctx-size 3584`);
  });

  test("is fewer layers alone where no context would do", () => {
    expect(advice(23.1)).toBe(`${NEED}the GPU has 23.1 GB free: --gpu-layers 39 fits`);
  });

  test("is a shorter context alone where not one layer fits beside it", () => {
    const cache = {
      ...needs,
      layers: 2,
      bytes: (layers: number, cells: number) => GB + cells * 1e6 + layers,
    };
    expect(memoryAdvice(cache, { layers: -1, cells: 8192, free: 3 * GB })).toMatch(
      /free: --ctx-size 1792 fits$/,
    );
  });

  test("is nothing where not even one layer fits", () => {
    expect(advice(0.3)).toMatch(/the GPU has 0\.3 GB free: not even one layer fits; use --gpu off$/);
  });

  test("is never another context for a model that keeps none", () => {
    const embedder: MemoryNeeds = { ...needs, keepsCells: false, bytes: (layers) => layers * GB };
    const told = (free: number | null) => memoryAdvice(embedder, { layers: -1, cells: 8192, free });
    expect(told(10 * GB)).toBe(
      "by estimate the model needs 80.0 GB on the GPU with 80 layers; the GPU has 10.0 GB free: --gpu-layers 9 fits",
    );
    expect(told(null)).toMatch(/fewer need less: --gpu-layers$/);
    expect(told(90 * GB)).toMatch(/: it may be in use by others$/);
  });

  test("tells that the draft model is counted", () => {
    expect(memoryAdvice({ ...needs, hasDraft: true }, { layers: -1, cells: 8192, free: null })).toMatch(
      / with 80 layers, a context of 8192 tokens and the draft model;/,
    );
  });

  test("counts from the layers that were asked for", () => {
    expect(advice(10, 40)).toMatch(/needs 22\.0 GB on the GPU with 40 layers .*: --gpu-layers 17 fits/);
  });

  test("is left open where the estimate fits, or nobody knows what is free", () => {
    expect(advice(80)).toBe(
      `${NEED}the GPU has 80.0 GB free: it may be in use by others; a smaller --ctx-size needs less`,
    );
    expect(advice(null)).toBe(`${NEED.slice(0, -2)}; fewer need less: --gpu-layers, --ctx-size`);
  });
});

const MODEL = "models/tacho-mini.gguf";
const settings = {
  ...{ cacheTypeK: "f16", cacheTypeV: "f16", flashAttention: "auto", slots: 2, maxContext: 0, replicas: 1 },
  ...{ gpuLayers: -1, contextSize: 0, draftModel: "" },
} as EngineSettings;

describe("what a file's model needs", () => {
  test("grows with layers, cells, contexts and wider caches, from its weights on", async () => {
    const one = await memoryNeeds(MODEL, { ...settings, contexts: 1 });
    const two = await memoryNeeds(MODEL, { ...settings, contexts: 2 });
    const narrow = await memoryNeeds(MODEL, { ...settings, cacheTypeK: "q8_0", contexts: 1 });
    const all = one.bytes(one.layers, 4096);
    expect(one.bytes(0, 4096)).toBe(0);
    expect(all).toBeGreaterThan(statSync(MODEL).size * 0.8);
    expect(one.bytes(one.layers - 1, 4096)).toBeLessThan(all);
    expect(one.bytes(one.layers, 8192)).toBeGreaterThan(all);
    expect(two.bytes(two.layers, 4096)).toBeGreaterThan(all);
    // Half the keys: what 4,096 more cells take is keys and values in equal parts.
    const cells = one.bytes(one.layers, 8192) - all;
    const saved = all - narrow.bytes(narrow.layers, 4096);
    expect(saved / cells).toBeCloseTo((16 - 8.5) / 32, 2);
  });

  test("is the weights alone of a model for embeddings, and the draft model's file too of one that has such", async () => {
    const embedder = await memoryNeeds("models/tacho-embed.gguf", { ...settings, contexts: 1 });
    expect([embedder.keepsCells, embedder.hasDraft]).toEqual([false, false]);
    expect(embedder.bytes(embedder.layers, 8192)).toBe(embedder.bytes(embedder.layers, 1024));
    const alone = await memoryNeeds(MODEL, { ...settings, contexts: 1 });
    const drafted = await memoryNeeds(MODEL, { ...settings, contexts: 1, draftModel: MODEL });
    expect([drafted.keepsCells, drafted.hasDraft]).toEqual([true, true]);
    expect(drafted.bytes(1, 1024) - alone.bytes(1, 1024)).toBeCloseTo(statSync(MODEL).size);
  });

  test("takes the trained context for each slot unasked, as long as it is cheap", async () => {
    const { unaskedCells } = await memoryNeeds(MODEL, { ...settings, contexts: 1 });
    expect(unaskedCells).toBe(2 * 4096);
    const many = await memoryNeeds(MODEL, { ...settings, slots: 1e6, contexts: 1 });
    expect(many.unaskedCells).toBeLessThan(2048e6);
  });
});

describe("a load that failed", () => {
  const place = { device: -1, gpus: [0], free: 60e6 };
  const cuda = "allocating 45000.00 MiB on device 0: cudaMalloc failed: out of memory";

  test.each([
    cuda,
    "error loading model: unable to allocate CUDA0 buffer",
    "failed to allocate buffer for kv cache",
  ])("for memory is told with what would fit: %s", async (reason) => {
    const text = await outOfMemory(reason, MODEL, { ...settings, contextSize: 16_384 }, place);
    expect(text).toMatch(
      /; by estimate the model needs 0\.\d GB on the GPU with \d layers and a context of 16384/,
    );
    expect(text).toMatch(/the GPU has 0\.1 GB free: --gpu-layers \d fits, or --ctx-size \d+$/);
    expect(text!.startsWith(reason)).toBe(true);
  });

  test("for anything else, or without a GPU, is not", async () => {
    expect(await outOfMemory("unknown architecture", MODEL, settings, place)).toBeNull();
    expect(await outOfMemory(cuda, MODEL, settings, { ...place, gpus: [] })).toBeNull();
  });

  // Two builds of llama.cpp in one process, as in the engine host; needs the built dist/.
  test.each(["off", "cuda"])("is estimated beside the libraries of --gpu %s", (gpu) => {
    const args = ["test/engine/programs/out-of-memory.mjs", gpu];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toMatch(/^cudaMalloc failed: out of memory; by estimate .*: --gpu-layers \d fits/);
  });

  test("of a file that cannot be estimated keeps its reason", async () => {
    expect(await outOfMemory(cuda, "package.json", settings, place)).toBe(cuda);
  });
});
