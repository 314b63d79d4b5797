import type { EngineSettings, ModelInfo } from "./messages.js";

/** What a replica gets of the machine. */
export interface Placement {
  /** 0 to `replicas` - 1. */
  index: number;
  /** Compute threads. */
  threads: number;
}

/** Threads that wait for each other spin: together the replicas get no more than one would. */
export function placements({ replicas, threads }: Pick<EngineSettings, "replicas" | "threads">): Placement[] {
  const each = Math.max(1, Math.floor(threads / replicas));
  return Array.from({ length: replicas }, (_, index) => ({ index, threads: each }));
}

/**
 * The GPU that a replica keeps its layers on, counted from 0; -1 leaves it to llama.cpp, which spreads one
 * model over all that there are.
 */
export function deviceOf(
  index: number,
  { replicas, gpuLayers }: Pick<EngineSettings, "replicas" | "gpuLayers">,
  devices: readonly { backend: string }[],
): number {
  const gpus = devices.filter(({ backend }) => backend !== "cpu").length;
  return replicas > 1 && gpus > 1 && gpuLayers !== 0 ? index % gpus : -1;
}

/** The numbers of the GPUs that hold a replica's layers. @param device As `deviceOf` says. */
export function gpusOf(device: number, gpuLayers: number, devices: readonly { backend: string }[]): number[] {
  if (gpuLayers === 0) return [];
  if (device >= 0) return [device];
  return devices.filter(({ backend }) => backend !== "cpu").map((_, index) => index);
}

/** All replicas as the one model that clients see. */
export function together(models: readonly ModelInfo[]): ModelInfo {
  const sum = (of: (model: ModelInfo) => number) => models.reduce((total, model) => total + of(model), 0);
  return {
    ...models[0]!,
    slots: sum(({ slots }) => slots),
    kvCells: sum(({ kvCells }) => kvCells),
    cacheBytes: sum(({ cacheBytes }) => cacheBytes),
    threads: sum(({ threads }) => threads),
    loadSeconds: Math.max(...models.map(({ loadSeconds }) => loadSeconds)),
    notices: [...new Set(models.flatMap(({ notices }) => notices))],
    gpus: [...new Set(models.flatMap(({ gpus }) => gpus))].sort((a, b) => a - b),
    device: [...new Set(models.map(({ device }) => device))].join(", "),
  };
}
