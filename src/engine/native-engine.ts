import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { CounterHandle, GaugeHandle, HighWaterHandle, HistogramHandle } from "../telemetry/index.js";
import { COMMON_LIBRARY, LibraryError } from "./libraries.js";
import { REMEDIES } from "./library-remedies.js";
import type { LibraryChoice, LoadedBackEnds } from "./library-findings.js";
import type {
  Adapter,
  CacheType,
  EngineCall,
  EngineErrorCode,
  EngineSettings,
  GenerateRequest,
  ModelInfo,
  Step,
  Tokenized,
} from "./messages.js";

/** native/engine/addon, as JavaScript sees it. */
export interface NativeEngine {
  /** Loads the back ends in `directory`, once in a process. */
  loadBackends(directory: string): LoadedBackEnds;
  /** A replica or an embedder, whichever the file's model was made for. Shares weights as replicas do. */
  loadModel(
    options: ReplicaOptions & EmbedderOptions,
    onProgress: (fraction: number) => void,
  ): Promise<NativeReplica | NativeEmbedder>;
  /**
   * Replicas of one process share the weights of the same file on the same device: the first loads them, and
   * alone reports progress. Rejects with one line saying what llama.cpp objected to.
   */
  loadReplica(options: ReplicaOptions, onProgress: (fraction: number) => void): Promise<NativeReplica>;
  /** The same of a model for embeddings or ranking; only it loads these. */
  loadEmbedder(options: EmbedderOptions, onProgress: (fraction: number) => void): Promise<NativeEmbedder>;
}

export interface ReplicaOptions {
  path: string;
  /** -1 for all. */
  gpuLayers: number;
  /** The GPU that holds them, counted from 0 as `loadBackends` lists them; -1 spreads them over all. */
  device: number;
  /** KV cells all slots share; 0 leaves the choice to the engine. */
  cells: number;
  /** Tokens of one request; 0 for what the model was trained for. */
  maxContext: number;
  /** Contexts that share the memory. */
  replicas: number;
  telemetry: EngineSettings["telemetry"];
  /** Waiting this long raises a request's priority by one. */
  prioritySeconds: number;
  /** About how many times as long as a step of streams alone one with part of a long prompt may last. */
  prefillMultiple: number;
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

export interface EmbedderOptions {
  path: string;
  /** -1 for all. */
  gpuLayers: number;
  /** Tokens computed at once, in one or more texts, and so the most that one text may have; 0 for 2,048. */
  batchTokens: number;
  threads: number;
  flashAttention: EngineSettings["flashAttention"];
  adapters: Adapter[];
}

/** Handles into the shard `cells` of one writer; the decode thread alone writes there from then on. */
export interface EngineMeters {
  queueDuration: HistogramHandle;
  interTokenLatency: HistogramHandle;
  stepDuration: HistogramHandle;
  stepTokens: HistogramHandle;
  stepSequences: HistogramHandle;
  runnableSequences: CounterHandle;
  generationSteps: CounterHandle;
  prefilledTokens: CounterHandle;
  longestSequence: HighWaterHandle;
  preemptions: CounterHandle;
  recomputedTokens: CounterHandle;
  evictedPrefixTokens: CounterHandle;
  stateRestoreDuration: HistogramHandle;
  drafts: CounterHandle;
  draftTokens: CounterHandle;
  acceptedDraftTokens: CounterHandle;
  kvCellsUsed: GaugeHandle;
  prefixCells: GaugeHandle;
  /** Counts into the stage what has its last token; whoever takes the ends counts them out. */
  postDepth: GaugeHandle;
}

/** Handles into the same shard, for what the decode thread counts by tenant. */
export interface TenantMeters {
  promptTokens: CounterHandle;
  cachedPromptTokens: CounterHandle;
  generationTokens: CounterHandle;
}

/** How a request came through its assembly. */
export interface Assembly {
  /** From `submit` until it was assembled or refused. */
  seconds: number;
  /** To the decode thread; false: refused, or cancelled meanwhile. */
  handedOver: boolean;
}

type ChatPrompt = Extract<EngineCall, { kind: "apply-template" }>["prompt"];

/** What every model does with text, off the JavaScript thread. All reject with an InputError. */
interface TextCalls {
  /** `addSpecial`: with the tokens that begin and end a text; `parseSpecial`: control tokens are read as such. */
  tokenize(
    wanted: Pick<
      Extract<EngineCall, { kind: "tokenize" }>,
      "text" | "addSpecial" | "parseSpecial" | "withPieces"
    >,
  ): Promise<Tokenized>;
  detokenize(tokens: number[]): Promise<string>;
}

export interface NativeReplica extends TextCalls {
  readonly info: Omit<ModelInfo, "id" | "file" | "threads" | "dimensions" | "builtFor" | "notices"> & {
    kind: "generation";
  };
  /** What the chat template makes of the messages. */
  applyTemplate(prompt: ChatPrompt): Promise<string>;
  tokenizeChat(prompt: ChatPrompt, withPieces: boolean): Promise<Tokenized>;
  /** Starts the decode thread. `onStep` is called once a step, or less often with several steps' output. */
  start(cells: Float64Array, meters: EngineMeters, onStep: (step: Step) => void): void;
  /** The request's end always comes through `onStep`, before or after this resolves. Never rejects. */
  submit(request: Omit<GenerateRequest, "tenant">, tenant: TenantMeters): Promise<Assembly>;
  /** Takes effect before the next step. Unknown ids, ended ones among them, are ignored. */
  cancel(id: number): void;
  /** Ends the decode thread and frees the model. */
  close(): Promise<void>;
}

/** Calls run one after the other, off the JavaScript thread. */
export interface NativeEmbedder extends TextCalls {
  readonly info: EmbedderInfo;
  /** Texts or token ids into vectors of length 1. Rejects with an InputError when an input cannot be computed. */
  embed(inputs: (string | number[])[]): Promise<{ vectors: Float32Array[]; tokens: number[] }>;
  /**
   * One score a document, the higher the better it answers the query; which range they have is the model's
   * affair. Only with kind "rerank". Rejects with an InputError; its `input` is the document's index.
   */
  rank(query: string, documents: string[]): Promise<{ scores: Float32Array; tokens: number[] }>;
  /** Frees the model once the calls that run have ended. */
  close(): void;
}

export type EmbedderInfo = Pick<
  ModelInfo,
  | "name"
  | "description"
  | "contextSize"
  | "trainedContextSize"
  | "vocabularySize"
  | "parameters"
  | "sizeBytes"
  | "layers"
  | "gpuLayers"
  | "loadSeconds"
  | "backend"
  | "device"
> & {
  kind: "embedding" | "rerank";
  /** Numbers in one vector. */
  dimensions: number;
};

/** An input is empty, too long, holds unknown tokens or is refused by a template. */
export interface InputError extends Error {
  code: EngineErrorCode;
  /** Index of the input. */
  input: number;
}

/** glibc's RTLD_NODELETE: the library stays loaded after `dlopen` is undone. Not among Node's constants. */
const RTLD_NODELETE = 0x1000;

const ADDON = fileURLToPath(new URL("../../build/engine/Release/engine.node", import.meta.url));

/**
 * Loads engine.node over the chosen llama.cpp libraries. The addon names libllama-common.so by soname only,
 * so the right one must be in the process before it.
 */
export function loadNativeEngine(libraries: Pick<LibraryChoice, "directory">): NativeEngine {
  if (!existsSync(ADDON))
    throw new LibraryError(`the engine addon is missing at ${ADDON}; ${REMEDIES.addons}`);
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
