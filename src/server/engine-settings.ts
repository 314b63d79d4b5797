import { availableParallelism } from "node:os";
import { CACHE_TYPES } from "../engine/messages.js";
import { integer, text, type SettingTable } from "./setting-kinds.js";

const cores = availableParallelism();

/**
 * Compute threads spin while they wait for each other: one that lost its core to anything else, such as this
 * process, stops all. With a thread a core, a busy neighbour made steps 100 times slower.
 */
const computeThreads = Math.max(1, cores - 1);

/**
 * A replica's worker claims two shards of the telemetry segment, one for its runtime and one for its decode loop. A
 * segment has 128, of which the front, and other servers that share a --metrics-file, need some too.
 */
const MOST_REPLICAS = 32;

/** Shards for the engine hosts of all models, each of which has one of its own besides. */
export const HOST_SHARDS = 96;

/** Below this no prompt with a chat template, or none with an answer, would fit. */
export const FEWEST_CONTEXT = 16;

/** What a model is computed with. */
export const ENGINE_SETTINGS = {
  parallel: {
    ...integer,
    flag: "parallel",
    default: 16,
    range: [1, 256],
    help: "requests that each replica decodes at once",
  },
  contextSize: {
    ...integer,
    flag: "ctx-size",
    default: 0,
    range: [0, 2 ** 31 - 1],
    defaultHelp: "0: the trained context for each slot, up to 4 GiB",
    help: "KV cells that a replica's requests share; one may use its model's trained context",
  },
  maxContext: {
    ...integer,
    flag: "max-context",
    default: 0,
    range: [0, 2 ** 31 - 1],
    defaultHelp: `0: what the model was trained for, else at least ${FEWEST_CONTEXT}`,
    help: "longest context of one request; with --ctx-size enough for --parallel of them, decoding many is faster",
  },
  threads: {
    ...integer,
    flag: "threads",
    default: computeThreads,
    range: [1, cores],
    defaultHelp: `${computeThreads}: a core is left for the rest`,
    help: "compute threads of all replicas together, at least one for each replica",
  },
  gpu: {
    ...text,
    flag: "gpu",
    value: "KIND",
    default: "auto",
    choices: ["auto", "cuda", "vulkan", "off"],
    help: "which kind of GPU to use",
  },
  gpuLayers: {
    ...integer,
    flag: "gpu-layers",
    default: -1,
    range: [-1, 65535],
    defaultHelp: "-1: all",
    help: "layers kept on the GPU",
  },
  flashAttention: {
    ...text,
    flag: "flash-attn",
    value: "WHEN",
    default: "auto",
    choices: ["auto", "on", "off"],
    help: "use of fused attention kernels",
  },
  cacheTypeK: {
    ...text,
    flag: "cache-type-k",
    value: "TYPE",
    default: "f16",
    choices: CACHE_TYPES,
    help: "type of the KV cache's keys",
  },
  cacheTypeV: {
    ...text,
    flag: "cache-type-v",
    value: "TYPE",
    default: "f16",
    choices: CACHE_TYPES,
    help: "type of the KV cache's values; a quantised one needs flash attention",
  },
  speculation: {
    ...text,
    flag: "speculation",
    value: "KIND",
    default: "off",
    choices: ["off", "ngram"],
    help: "ngram: guess next tokens from what the text repeats, and verify them in one step",
  },
  draftModel: {
    ...text,
    flag: "draft-model",
    value: "FILE",
    default: "",
    defaultHelp: "none",
    help: "GGUF file of a smaller model of the same vocabulary, which then does the guessing",
  },
  draftTokens: {
    ...integer,
    flag: "draft-tokens",
    default: 16,
    range: [1, 64],
    help: "most tokens guessed for one step",
  },
  backendSampling: {
    ...text,
    flag: "backend-sampling",
    value: "WHEN",
    default: "auto",
    choices: ["auto", "on", "off"],
    help: "sampling in the model's own graph; auto: on a GPU, for sampling parameters that repeat",
  },
  replicas: {
    ...integer,
    flag: "replicas",
    default: 1,
    range: [1, MOST_REPLICAS],
    help: "contexts with a decode loop each: a GPU each; on one device they share the weights",
  },
} as const satisfies SettingTable;
