import {
  boundsOf,
  DURATION_SECONDS,
  NEURECTOMY,
  NEURONETES,
  RYOT,
  STATE_RESTORE_SECONDS,
  STEP_SIZES,
  TGI,
  TOKEN_LATENCY_SECONDS,
  VLLM,
} from "../bounds.js";
import { defineMetrics } from "./define-metrics.js";

const MODEL = { model: "configured" } as const;
/** "default" without API keys. */
const TENANT = { model: "configured", tenant: "open" } as const;

/** What the decode loop writes. */
export const engineMetrics = defineMetrics({
  queueDuration: {
    type: "histogram",
    name: "tacho_request_queue_duration_seconds",
    help: "Time from the arrival of a request to the start of the first step that holds a token of it.",
    labels: MODEL,
    bounds: boundsOf(DURATION_SECONDS, RYOT.queueSeconds, VLLM.requestSeconds, TGI.seconds),
    shown: DURATION_SECONDS,
  },
  interTokenLatency: {
    type: "histogram",
    name: "tacho_inter_token_latency_seconds",
    help: "Time between the ends of the steps that sampled two consecutive tokens of one request.",
    labels: MODEL,
    bounds: boundsOf(TOKEN_LATENCY_SECONDS, RYOT.interTokenSeconds, VLLM.interTokenSeconds),
    shown: TOKEN_LATENCY_SECONDS,
  },
  promptTokens: {
    type: "counter",
    name: "tacho_prompt_tokens_total",
    help: "Prompt tokens of requests taken up by the engine, cached ones included.",
    labels: TENANT,
  },
  cachedPromptTokens: {
    type: "counter",
    name: "tacho_cached_prompt_tokens_total",
    help: "Prompt tokens whose keys and values were already in the KV cache.",
    labels: TENANT,
  },
  generationTokens: {
    type: "counter",
    name: "tacho_generation_tokens_total",
    help: "Tokens sampled for requests.",
    labels: TENANT,
  },
  stepDuration: {
    type: "histogram",
    name: "tacho_engine_step_duration_seconds",
    help: "Time from the building of a step's batch to the sampling of its last token.",
    labels: MODEL,
    bounds: boundsOf(TOKEN_LATENCY_SECONDS, TGI.seconds),
    shown: TOKEN_LATENCY_SECONDS,
  },
  stepTokens: {
    type: "histogram",
    name: "tacho_engine_step_tokens",
    help: "Tokens computed in one step, prompt and generated together.",
    labels: MODEL,
    bounds: boundsOf(STEP_SIZES, VLLM.iterationTokens),
    shown: STEP_SIZES,
  },
  stepSequences: {
    type: "histogram",
    name: "tacho_engine_step_sequences",
    help: "Sequences that took part in one step.",
    labels: MODEL,
    bounds: boundsOf(STEP_SIZES, RYOT.batchSize, NEURECTOMY.batchSize),
    shown: STEP_SIZES,
  },
  runnableSequences: {
    type: "counter",
    name: "tacho_engine_step_runnable_sequences_total",
    help: "Sequences that could have taken part in a step, summed over all steps.",
    labels: MODEL,
  },
  generationSteps: {
    type: "counter",
    name: "tacho_engine_generation_steps_total",
    help: "Steps in which at least one token was sampled.",
    labels: MODEL,
  },
  prefilledTokens: {
    type: "counter",
    name: "tacho_prefilled_tokens_total",
    help: "Prompt tokens computed, those computed again after a preemption included.",
    labels: MODEL,
  },
  longestSequence: {
    type: "gauge",
    mode: "high-water",
    name: "tacho_longest_sequence_tokens",
    help: "The most tokens, prompt and answer together, that one sequence has held.",
    labels: MODEL,
  },
  preemptions: {
    type: "counter",
    name: "tacho_preemptions_total",
    help: "Times a running request gave its KV cells back to others, to be computed again later.",
    labels: MODEL,
  },
  recomputedTokens: {
    type: "counter",
    name: "tacho_recomputed_tokens_total",
    help: "Tokens computed once more because their request had been preempted.",
    labels: MODEL,
  },
  evictedPrefixTokens: {
    type: "counter",
    name: "tacho_prefix_cache_evicted_tokens_total",
    help: "Tokens of ended requests dropped from the KV cache because their cells or sequence were needed.",
    labels: MODEL,
  },
  stateRestoreDuration: {
    type: "histogram",
    name: "tacho_prompt_state_restore_duration_seconds",
    help: "Time from finding a saved state of a sequence's prompt to the end of its loading, in place of computing it (recurrent and sliding-window models).",
    unit: "seconds",
    labels: MODEL,
    bounds: boundsOf(STATE_RESTORE_SECONDS, NEURONETES.stateRestoreSeconds),
    shown: STATE_RESTORE_SECONDS,
  },
  drafts: {
    type: "counter",
    name: "tacho_drafts_total",
    help: "Guesses of speculative decoding, of one token or more, verified by the model.",
    labels: MODEL,
  },
  draftTokens: {
    type: "counter",
    name: "tacho_draft_tokens_total",
    help: "Tokens guessed by speculative decoding and verified by the model.",
    labels: MODEL,
  },
  acceptedDraftTokens: {
    type: "counter",
    name: "tacho_accepted_draft_tokens_total",
    help: "Guessed tokens that were what the model sampled.",
    labels: MODEL,
  },
  kvCellsUsed: {
    type: "gauge",
    name: "tacho_kv_cells_used",
    help: "KV cells that hold a token of a running or a cached sequence.",
    labels: MODEL,
  },
  prefixCells: {
    type: "gauge",
    name: "tacho_prefix_cache_cells",
    help: "KV cells that hold tokens of ended requests only, for later ones with the same beginning.",
    labels: MODEL,
  },
  kvCells: {
    type: "gauge",
    name: "tacho_kv_cells",
    help: "KV cells allocated.",
    labels: MODEL,
  },
  kvCacheInfo: {
    type: "info",
    name: "tacho_kv_cache_info",
    help: "The KV cache of a loaded model as blocks of so many tokens, for readers who count in these.",
    labels: { ...MODEL, block_size: "configured", num_blocks: "configured" },
  },
});
