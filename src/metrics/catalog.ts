import { defineCatalog } from "../telemetry/index.js";

/** Seconds: half a millisecond (a tiny model's step) to ten minutes (a long request in a long queue). */
const DURATION_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600,
] as const;

/** Seconds: the gap between two tokens of one stream, finest where a reader notices. */
const TOKEN_LATENCY_SECONDS = [
  0.0002, 0.0005, 0.001, 0.002, 0.003, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.5, 1,
  5,
] as const;

/** Sequences or tokens in one step: powers of two up to llama.cpp's 256 sequences and the batch limit. */
const STEP_SIZES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] as const;

/** How a request ended; every accepted or refused request is counted under exactly one of these. */
export const OUTCOMES = ["stop", "length", "cancelled", "invalid", "rejected", "timeout", "error"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Every metric this server records. A metric is declared here, once, and nowhere else. */
export const catalog = defineCatalog({
  httpRequests: {
    type: "counter",
    name: "tacho_http_requests_total",
    help: "HTTP requests answered, by method, route template and status code.",
    labels: { method: "open", route: "open", code: "open" },
  },
  httpRequestDuration: {
    type: "histogram",
    name: "tacho_http_request_duration_seconds",
    help: "Time from the arrival of an HTTP request's headers to the last byte of its response.",
    labels: { route: "open", code: "open" },
    bounds: DURATION_SECONDS,
  },
  requests: {
    type: "counter",
    name: "tacho_requests_total",
    help: "Requests for text, embeddings or ranking that ended, each counted once, by outcome.",
    labels: { model: "configured", outcome: OUTCOMES },
  },
  requestsWaiting: {
    type: "gauge",
    name: "tacho_requests_waiting",
    help: "Requests in the admission queue, not yet handed to the engine.",
    labels: { model: "configured" },
  },
  requestsRunning: {
    type: "gauge",
    name: "tacho_requests_running",
    help: "Requests handed to the engine and not yet ended.",
    labels: { model: "configured" },
  },
  queueDuration: {
    type: "histogram",
    name: "tacho_request_queue_duration_seconds",
    help: "Time from the arrival of a request to the start of the first step that holds a token of it.",
    labels: { model: "configured" },
    bounds: DURATION_SECONDS,
  },
  timeToFirstToken: {
    type: "histogram",
    name: "tacho_time_to_first_token_seconds",
    help: "Time from the arrival of a request to the end of the step that sampled its first token.",
    labels: { model: "configured" },
    bounds: DURATION_SECONDS,
  },
  interTokenLatency: {
    type: "histogram",
    name: "tacho_inter_token_latency_seconds",
    help: "Time between the ends of the steps that sampled two consecutive tokens of one request.",
    labels: { model: "configured" },
    bounds: TOKEN_LATENCY_SECONDS,
  },
  requestDuration: {
    type: "histogram",
    name: "tacho_request_duration_seconds",
    help: "Time from the arrival of a request for text, embeddings or ranking to its end, whatever its outcome.",
    labels: { model: "configured" },
    bounds: DURATION_SECONDS,
    exemplars: true,
  },
  promptTokens: {
    type: "counter",
    name: "tacho_prompt_tokens_total",
    help: "Prompt tokens of requests taken up by the engine, cached ones included.",
    labels: { model: "configured" },
  },
  cachedPromptTokens: {
    type: "counter",
    name: "tacho_cached_prompt_tokens_total",
    help: "Prompt tokens whose keys and values were already in the KV cache.",
    labels: { model: "configured" },
  },
  generationTokens: {
    type: "counter",
    name: "tacho_generation_tokens_total",
    help: "Tokens sampled for requests.",
    labels: { model: "configured" },
  },
  stepDuration: {
    type: "histogram",
    name: "tacho_engine_step_duration_seconds",
    help: "Time from the building of a step's batch to the sampling of its last token.",
    labels: { model: "configured" },
    bounds: TOKEN_LATENCY_SECONDS,
  },
  stepTokens: {
    type: "histogram",
    name: "tacho_engine_step_tokens",
    help: "Tokens computed in one step, prompt and generated together.",
    labels: { model: "configured" },
    bounds: STEP_SIZES,
  },
  stepSequences: {
    type: "histogram",
    name: "tacho_engine_step_sequences",
    help: "Sequences that took part in one step.",
    labels: { model: "configured" },
    bounds: STEP_SIZES,
  },
  preemptions: {
    type: "counter",
    name: "tacho_preemptions_total",
    help: "Times a running request gave its KV cells back to others, to be computed again later.",
    labels: { model: "configured" },
  },
  recomputedTokens: {
    type: "counter",
    name: "tacho_recomputed_tokens_total",
    help: "Tokens computed once more because their request had been preempted.",
    labels: { model: "configured" },
  },
  evictedPrefixTokens: {
    type: "counter",
    name: "tacho_prefix_cache_evicted_tokens_total",
    help: "Tokens of ended requests dropped from the KV cache because their cells or sequence were needed.",
    labels: { model: "configured" },
  },
  draftTokens: {
    type: "counter",
    name: "tacho_draft_tokens_total",
    help: "Tokens guessed by speculative decoding and verified by the model.",
    labels: { model: "configured" },
  },
  acceptedDraftTokens: {
    type: "counter",
    name: "tacho_accepted_draft_tokens_total",
    help: "Guessed tokens that were what the model sampled.",
    labels: { model: "configured" },
  },
  kvCellsUsed: {
    type: "gauge",
    name: "tacho_kv_cells_used",
    help: "KV cells that hold a token of a running or a cached sequence.",
    labels: { model: "configured" },
  },
  prefixCells: {
    type: "gauge",
    name: "tacho_prefix_cache_cells",
    help: "KV cells that hold tokens of ended requests only, for later ones with the same beginning.",
    labels: { model: "configured" },
  },
  kvCells: {
    type: "gauge",
    name: "tacho_kv_cells",
    help: "KV cells allocated.",
    labels: { model: "configured" },
  },
  modelLoadDuration: {
    type: "gauge",
    name: "tacho_model_load_duration_seconds",
    help: "Time the last load of the model took, from opening the file to a ready context.",
    labels: { model: "configured" },
  },
  modelSize: {
    type: "gauge",
    name: "tacho_model_size_bytes",
    help: "Bytes of the model's tensors.",
    labels: { model: "configured" },
  },
  engineRestarts: {
    type: "counter",
    name: "tacho_engine_host_restarts_total",
    help: "Engine host processes started again after the one before ended unasked.",
    labels: {},
  },
  accessLogDropped: {
    type: "counter",
    name: "tacho_access_log_dropped_lines_total",
    help: "Lines of the access log that its file or pipe refused, or did not take in time.",
    labels: {},
  },
  traceSpans: {
    type: "counter",
    name: "tacho_trace_spans_total",
    help: "Spans that ended, by what became of them: sent, or lost because the collector did not take them.",
    labels: { outcome: ["sent", "lost"] },
  },
});
