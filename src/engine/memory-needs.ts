import { stat } from "node:fs/promises";
import type { GgufFileInfo } from "node-llama-cpp";
import type { CacheType, EngineSettings } from "./messages.js";
import type { MemoryNeeds } from "./memory-advice.js";

/** Tokens of a step, as native/engine has it. */
const STEP_TOKENS = 512;

/** What the cells of all slots may take unasked, as native/engine has it. */
const UNASKED_BYTES = 4 * 2 ** 30;

/** Bits of a number, with its part of its block's scales. */
const BITS: Record<CacheType, number> = {
  ...{ f32: 32, f16: 16, bf16: 16, q8_0: 8.5 },
  ...{ q4_0: 4.5, q4_1: 5, iq4_nl: 4.5, q5_0: 5.5, q5_1: 6 },
};

export interface EstimatedNeeds extends MemoryNeeds {
  /** KV cells that the engine takes at most where --ctx-size leaves it the choice. */
  unaskedCells: number;
}

type Wanted = Pick<
  EngineSettings,
  "cacheTypeK" | "cacheTypeV" | "flashAttention" | "slots" | "maxContext" | "draftModel"
> & {
  /** Contexts that share the GPU. */
  contexts: number;
};

/** Bytes on the GPU, as node-llama-cpp estimates them from the file's header. */
interface Estimates {
  layers: number;
  trainedContext: number;
  /** As native/engine has it: a model that is made to pool, or to see all tokens at once, generates nothing. */
  generates: boolean;
  model: (layers: number) => number;
  /** With keys and values of 16 bits, or 32. */
  context: (layers: number, cells: number, bits: { keys: 16 | 32; values: 16 | 32 }) => number;
}

async function estimatesOf(file: string, flashAttention: boolean): Promise<Estimates> {
  // Imported only here: it takes 0.4 s, and only who ran out of memory needs it.
  const { GgmlType, GgufInsights, readGgufFileInfo } = await import("node-llama-cpp");
  const insights = await GgufInsights.from(await readGgufFileInfo(file));
  const types = { 16: GgmlType.F16, 32: GgmlType.F32 };
  // Not their successors, which ask a llama.cpp that has the GPU: the one that node-llama-cpp loads here has none.
  /* eslint-disable @typescript-eslint/no-deprecated */
  return {
    layers: insights.totalLayers,
    trainedContext: insights.trainContextSize ?? 0,
    generates: generates(insights.ggufFileInfo),
    model: (gpuLayers) =>
      insights.estimateModelResourceRequirements({ gpuLayers, gpuSupportsMmap: false }).gpuVram,
    context: (modelGpuLayers, contextSize, { keys, values }) =>
      insights.estimateContextResourceRequirements({
        ...{ modelGpuLayers, contextSize, flashAttention, batchSize: STEP_TOKENS, sequences: 1 },
        ...{ kvCacheKeyType: types[keys], kvCacheValueType: types[values] },
      }).gpuVram,
  };
  /* eslint-enable @typescript-eslint/no-deprecated */
}

/** llama.cpp's "none"; below is "unspecified". */
const UNPOOLED: number = 0;

function generates({ architectureMetadata: { pooling_type: pooling, attention } }: GgufFileInfo): boolean {
  return (pooling ?? UNPOOLED) <= UNPOOLED && attention?.causal !== false;
}

/** What a model takes of a GPU, about: of a context's buffers nobody knows it before they are made. */
export async function memoryNeeds(file: string, wanted: Wanted): Promise<EstimatedNeeds> {
  const estimates = await estimatesOf(file, wanted.flashAttention !== "off");
  const { layers, trainedContext, generates: keepsCells } = estimates;
  const hasDraft = keepsCells && wanted.draftModel !== "";
  const draft = hasDraft ? (await stat(wanted.draftModel)).size : 0;
  const cache = (count: number, cells: number) => cacheBytes(estimates, count, cells, wanted);
  return {
    ...{ layers, keepsCells, hasDraft },
    bytes: (count, cells) => {
      const contexts = keepsCells ? wanted.contexts * cache(count, cells).all : 0;
      return estimates.model(count) + contexts + draft;
    },
    unaskedCells: unaskedCells(trainedContext, cache(layers, 1024).cells / 1024, wanted),
  };
}

/**
 * `cells` is what keys and values take of `all` that a context takes. node-llama-cpp takes a quantised number for as
 * large as its block; so they are told apart at 16 and 32 bits, and scaled.
 */
function cacheBytes(
  { context }: Estimates,
  layers: number,
  cells: number,
  { cacheTypeK, cacheTypeV }: Wanted,
): { all: number; cells: number } {
  const plain = context(layers, cells, { keys: 16, values: 16 });
  const keys = context(layers, cells, { keys: 32, values: 16 }) - plain;
  const values = context(layers, cells, { keys: 16, values: 32 }) - plain;
  const scaled = (keys * BITS[cacheTypeK] + values * BITS[cacheTypeV]) / 16;
  return { all: plain - keys - values + scaled, cells: scaled };
}

function unaskedCells(trained: number, cellBytes: number, { slots, maxContext }: Wanted): number {
  const context = maxContext > 0 ? Math.min(maxContext, trained) : trained;
  const affordable = cellBytes > 0 ? Math.floor(UNASKED_BYTES / cellBytes) : Infinity;
  return Math.max(256, Math.min(context * slots, affordable));
}
