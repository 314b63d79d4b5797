import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { CounterHandle, GaugeHandle, HistogramHandle } from "../telemetry/index.js";
import { COMMON_LIBRARY, LibraryError, type Libraries } from "./libraries.js";
import type { Adapter, CacheType, EngineSettings, GenerateRequest, ModelInfo, Step } from "./messages.js";

/** native/engine/addon, as JavaScript sees it. */
export interface NativeEngine {
  /** Loads the back ends in `directory`, once in a process. Returns the GPUs, then the processor. */
  loadBackends(directory: string): { backend: string; name: string }[];
  /**
   * Replicas of one process share the weights of the same file on the same device: the first loads them, and
   * alone reports progress. Rejects with one line saying what llama.cpp objected to.
   */
  loadReplica(options: ReplicaOptions, onProgress: (fraction: number) => void): Promise<NativeReplica>;
}

export interface ReplicaOptions {
  path: string;
  /** -1 for all. */
  gpuLayers: number;
  /** The GPU that holds them, counted from 0 as `loadBackends` lists them; -1 spreads them over all. */
  device: number;
  /** KV cells all slots share; 0 leaves the choice to the engine. */
  cells: number;
  slots: number;
  threads: number;
  flashAttention: EngineSettings["flashAttention"];
  cacheTypeK: CacheType;
  cacheTypeV: CacheType;
  speculation: EngineSettings["speculation"];
  draftTokens: number;
  draftModel: string;
  backendSampling: EngineSettings["backendSampling"];
  adapters: Adapter[];
}

/** Handles into the shard `cells` of one writer; the decode thread alone writes there from then on. */
export interface EngineMeters {
  queueDuration: HistogramHandle;
  timeToFirstToken: HistogramHandle;
  interTokenLatency: HistogramHandle;
  stepDuration: HistogramHandle;
  stepTokens: HistogramHandle;
  stepSequences: HistogramHandle;
  promptTokens: CounterHandle;
  cachedPromptTokens: CounterHandle;
  generationTokens: CounterHandle;
  preemptions: CounterHandle;
  recomputedTokens: CounterHandle;
  evictedPrefixTokens: CounterHandle;
  draftTokens: CounterHandle;
  acceptedDraftTokens: CounterHandle;
  kvCellsUsed: GaugeHandle;
  prefixCells: GaugeHandle;
}

export interface NativeReplica {
  readonly info: Omit<ModelInfo, "id" | "file" | "threads">;
  /** Starts the decode thread. `onStep` is called once a step, or less often with several steps' output. */
  start(cells: Float64Array, meters: EngineMeters, onStep: (step: Step) => void): void;
  /** The request's end always comes through `onStep`. */
  submit(request: GenerateRequest): void;
  /** Takes effect before the next step. Unknown ids, ended ones among them, are ignored. */
  cancel(id: number): void;
  /** Ends the decode thread and frees the model. */
  close(): Promise<void>;
}

/** glibc's RTLD_NODELETE: the library stays loaded after `dlopen` is undone. Not among Node's constants. */
const RTLD_NODELETE = 0x1000;

const ADDON = fileURLToPath(new URL("../../build/engine/Release/engine.node", import.meta.url));

/**
 * Loads engine.node over the chosen llama.cpp libraries. The addon names libllama-common.so by soname only,
 * so the right one must be in the process before it.
 */
export function loadNativeEngine(libraries: Libraries): NativeEngine {
  if (!existsSync(ADDON))
    throw new LibraryError(`the engine addon is missing at ${ADDON}; run: npm run build`);
  loadSharedLibrary(path.join(libraries.directory, COMMON_LIBRARY));
  return createRequire(import.meta.url)(ADDON) as NativeEngine;
}

/**
 * Node can only load addons, and refuses a plain library after it has been loaded; with RTLD_NODELETE it stays
 * in the process all the same.
 */
function loadSharedLibrary(file: string): void {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW | RTLD_NODELETE);
  } catch (error) {
    if (error instanceof Error && error.message.includes("did not self-register")) return;
    throw new LibraryError(`llama.cpp's libraries could not be loaded: ${String(error)}`);
  }
}
