import { describe, expect, it } from "vitest";
import type { ModelInfo } from "../../src/engine/messages.js";
import { deviceOf, placements, together } from "../../src/engine/placement.js";

describe("placements", () => {
  it.each([
    [1, 8, [8]],
    [2, 8, [4, 4]],
    [3, 8, [2, 2, 2]],
    [4, 2, [1, 1, 1, 1]],
  ])("of %i replicas divide %i threads", (replicas, threads, each) => {
    expect(placements({ replicas, threads }).map((placement) => placement.threads)).toEqual(each);
  });
});

describe("a replica's GPU", () => {
  const gpu = { backend: "cuda" };
  const cpu = { backend: "cpu" };
  const all = (settings: { replicas: number; gpuLayers: number }, devices: { backend: string }[]) =>
    placements({ ...settings, threads: 1 }).map(({ index }) => deviceOf(index, settings, devices));

  it.each([
    ["each in turn", { replicas: 3, gpuLayers: -1 }, [gpu, gpu, cpu], [0, 1, 0]],
    ["llama.cpp's choice for one replica", { replicas: 1, gpuLayers: -1 }, [gpu, gpu, cpu], [-1]],
    ["the only one", { replicas: 2, gpuLayers: -1 }, [gpu, cpu], [-1, -1]],
    ["none without GPUs", { replicas: 2, gpuLayers: -1 }, [cpu], [-1, -1]],
    ["none without layers there", { replicas: 2, gpuLayers: 0 }, [gpu, gpu, cpu], [-1, -1]],
  ])("is %s", (_, settings, devices, expected) => {
    expect(all(settings, devices)).toEqual(expected);
  });
});

it("replicas together are one model with all slots, cells and threads", () => {
  const model: ModelInfo = {
    id: "m",
    file: "m.gguf",
    kind: "generation",
    name: "M",
    description: "llama 8B",
    contextSize: 2048,
    trainedContextSize: 4096,
    slots: 4,
    layers: 4,
    gpuLayers: 0,
    gpus: [],
    builtFor: ["90"],
    notices: ["stale"],
    kvCells: 8192,
    cacheBytes: 1e9,
    dimensions: 0,
    vocabularySize: 32_000,
    parameters: 8e9,
    sizeBytes: 8e9,
    loadSeconds: 1,
    threads: 2,
    backend: "cuda",
    device: "A",
    hasChatTemplate: true,
    thinks: false,
    canInfill: false,
    tokenBytes: new Uint8Array(),
    tokenOffsets: new Uint32Array(1),
  };
  expect(together([model])).toEqual(model);
  expect(together([model, { ...model, loadSeconds: 3, device: "B" }, model])).toEqual({
    ...model,
    slots: 12,
    kvCells: 24_576,
    cacheBytes: 3e9,
    threads: 6,
    loadSeconds: 3,
    device: "A, B",
  });
});
