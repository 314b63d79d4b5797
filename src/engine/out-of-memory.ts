import { memoryAdvice } from "./memory-advice.js";
import { memoryNeeds } from "./memory-needs.js";
import type { EngineSettings } from "./messages.js";

/** In the words of llama.cpp and of its CUDA and Vulkan back ends. */
const REASON = /out of memory|unable to allocate|failed to allocate|OutOfDeviceMemory/i;

/** Where a model was to be loaded. */
export interface LoadPlace {
  /** The GPU of a replica that has one of several; else -1. */
  device: number;
  /** Numbers of its GPUs; none on the CPU. */
  gpus: readonly number[];
  /** Bytes free on them before; null where nobody can tell. */
  free: number | null;
}

/** Why a model could not be loaded, with what would fit where a GPU had too little memory; null elsewhere. */
export async function outOfMemory(
  reason: string,
  file: string,
  settings: EngineSettings,
  { device, gpus, free }: LoadPlace,
): Promise<string | null> {
  if (gpus.length === 0 || !REASON.test(reason)) return null;
  try {
    const { replicas, gpuLayers: layers, contextSize } = settings;
    // Replicas have a GPU each, or share what there is.
    const contexts = device >= 0 ? 1 : replicas;
    const needs = await memoryNeeds(file, { ...settings, contexts });
    const cells = contextSize || needs.unaskedCells;
    return `${reason}; ${memoryAdvice(needs, { layers, cells, free })}`;
  } catch {
    // A file that the estimates do not understand: the reason alone then.
    return reason;
  }
}
