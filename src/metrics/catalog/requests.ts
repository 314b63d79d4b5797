import {
  boundsOf,
  DISTRIBUTED_LLM,
  DURATION_SECONDS,
  inSeconds,
  NEURECTOMY,
  NEURONETES,
  ORCHESTRATOR,
  OTEL,
  REQUEST_TOKENS,
  RYOT,
  TGI,
  TOKEN_LATENCY_SECONDS,
  VLLM,
} from "../bounds.js";
import { defineMetrics } from "./define-metrics.js";

/** How a request ended; every accepted or refused request is counted under exactly one of these. */
export const OUTCOMES = ["stop", "length", "cancelled", "invalid", "rejected", "timeout", "error"] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a request was turned away before the engine heard of it. */
export const REJECTIONS = [
  "queue_full",
  "wait_too_long",
  "queue_timeout",
  "rate_limit",
  "loading",
  "engine_down",
  "draining",
] as const;
export type Rejection = (typeof REJECTIONS)[number];

const MODEL = { model: "configured" } as const;
/** A route is its template, such as /v1/chat/completions. */
const TURN = { model: "configured", route: "open" } as const;

/** What the front knows of each request for text, embeddings or ranking. */
export const requestMetrics = defineMetrics({
  requests: {
    type: "counter",
    name: "tacho_requests_total",
    help: "Requests for text, embeddings or ranking that ended, each counted once, by outcome.",
    labels: { ...TURN, outcome: OUTCOMES },
  },
  tenantRequests: {
    type: "counter",
    name: "tacho_tenant_requests_total",
    help: "Requests for text, embeddings or ranking that ended, each counted once, by tenant and outcome.",
    labels: { tenant: "open", outcome: OUTCOMES },
  },
  requestErrors: {
    type: "counter",
    name: "tacho_request_errors_total",
    help: "Requests that ended with an error, by its code and the stage it came up in (request: before the first). With client_abort or client_unread the client left or did not read: these are no errors of the server's, and have the outcome cancelled.",
    labels: { ...TURN, stage: "configured", code: "configured" },
  },
  rejections: {
    type: "counter",
    name: "tacho_admission_rejections_total",
    help: "Requests turned away before the engine heard of them, by reason: those for text, embeddings or ranking, and those to tokenise, to detokenise or to apply a template.",
    labels: { ...TURN, reason: REJECTIONS },
  },
  authorizationDenials: {
    type: "counter",
    name: "tacho_authorization_denials_total",
    help: "HTTP requests refused by what they lacked: with 401 a key, with 403 an admin's or this host's name, with 404 a model that their key may use.",
    labels: { scope: ["key", "admin", "host", "model"] },
  },
  requestsWaiting: {
    type: "gauge",
    name: "tacho_requests_waiting",
    help: "Requests in the admission queue, not yet handed to the engine.",
    labels: TURN,
  },
  requestsRunning: {
    type: "gauge",
    name: "tacho_requests_running",
    help: "Requests handed to the engine and not yet ended.",
    labels: MODEL,
  },
  timeToFirstToken: {
    type: "histogram",
    name: "tacho_time_to_first_token_seconds",
    help: "Time from the arrival of a request to the front's taking over of its first token, once a request.",
    labels: TURN,
    bounds: boundsOf(
      DURATION_SECONDS,
      inSeconds(NEURONETES.ttftMs),
      RYOT.ttftSeconds,
      ORCHESTRATOR.ttftSeconds,
      ORCHESTRATOR.defaultSeconds,
      VLLM.ttftSeconds,
      OTEL.ttftSeconds,
    ),
    shown: DURATION_SECONDS,
  },
  requestDuration: {
    type: "histogram",
    name: "tacho_request_duration_seconds",
    help: "Time from the arrival of a request for text, embeddings or ranking to its end, whatever its outcome.",
    labels: TURN,
    bounds: boundsOf(
      DURATION_SECONDS,
      inSeconds(NEURONETES.latencyMs),
      DISTRIBUTED_LLM.inferenceSeconds,
      RYOT.requestSeconds,
      ORCHESTRATOR.defaultSeconds,
      VLLM.requestSeconds,
      OTEL.durationSeconds,
      TGI.seconds,
    ),
    shown: DURATION_SECONDS,
    exemplars: true,
  },
  engineDuration: {
    type: "histogram",
    name: "tacho_request_engine_duration_seconds",
    help: "Time from the handing of a request to the engine to the engine's last word about it.",
    labels: MODEL,
    bounds: boundsOf(DURATION_SECONDS, NEURECTOMY.engineSeconds),
    shown: DURATION_SECONDS,
  },
  engineRequests: {
    type: "counter",
    name: "tacho_engine_requests_total",
    help: "Requests handed to the engine that it has ended or lost, by how. Those that it refused for what their client got wrong are invalid.",
    labels: { ...MODEL, status: ["success", "cancelled", "timeout", "invalid", "error", "lost"] },
  },
  prefillDuration: {
    type: "histogram",
    name: "tacho_request_prefill_duration_seconds",
    help: "Time from the start of a request's first step to the end of the step that sampled its first token.",
    labels: MODEL,
    bounds: boundsOf(DURATION_SECONDS, VLLM.requestSeconds),
    shown: DURATION_SECONDS,
  },
  decodeDuration: {
    type: "histogram",
    name: "tacho_request_decode_duration_seconds",
    help: "Time between the ends of the steps that sampled a request's first and its last token.",
    labels: MODEL,
    bounds: boundsOf(DURATION_SECONDS, VLLM.requestSeconds),
    shown: DURATION_SECONDS,
  },
  inferenceDuration: {
    type: "histogram",
    name: "tacho_request_inference_duration_seconds",
    help: "Time from the start of a request's first step to the end of the step that sampled its last token.",
    labels: MODEL,
    bounds: boundsOf(DURATION_SECONDS, VLLM.requestSeconds, TGI.seconds),
    shown: DURATION_SECONDS,
  },
  timePerOutputToken: {
    type: "histogram",
    name: "tacho_request_time_per_output_token_seconds",
    help: "A request's decode duration divided by its tokens after the first, where it has two or more.",
    labels: MODEL,
    bounds: boundsOf(TOKEN_LATENCY_SECONDS, VLLM.interTokenSeconds, OTEL.timePerTokenSeconds, TGI.seconds),
    shown: TOKEN_LATENCY_SECONDS,
  },
  requestPromptTokens: {
    type: "histogram",
    name: "tacho_request_prompt_tokens",
    help: "Prompt tokens of one request, cached ones included, counted when the engine ended it.",
    labels: MODEL,
    bounds: boundsOf(REQUEST_TOKENS, OTEL.tokens),
    shown: REQUEST_TOKENS,
  },
  requestGenerationTokens: {
    type: "histogram",
    name: "tacho_request_generation_tokens",
    help: "Tokens sampled for one request, counted when the engine ended it.",
    labels: MODEL,
    bounds: boundsOf(REQUEST_TOKENS, RYOT.tokensPerRequest, OTEL.tokens),
    shown: REQUEST_TOKENS,
  },
  requestContextTokens: {
    type: "nativeHistogram",
    name: "tacho_request_context_tokens",
    help: "Tokens in a request's context, prompt and answer, when the engine ended it.",
    labels: MODEL,
    range: [1, 2 ** 20],
  },
  routeTokens: {
    type: "counter",
    name: "tacho_route_tokens_total",
    help: "Tokens of requests by their route, prompt (cached ones included) or generated, counted when the engine ended them.",
    labels: { route: "open", kind: ["prompt", "generation"] },
  },
  requestMaxTokens: {
    type: "histogram",
    name: "tacho_request_max_tokens",
    help: "The most tokens that a request allowed for its answer, where it set a limit.",
    labels: MODEL,
    bounds: REQUEST_TOKENS,
  },
  requestChoices: {
    type: "histogram",
    name: "tacho_request_choices",
    help: "Answers that one request asked for.",
    labels: MODEL,
    bounds: boundsOf(VLLM.choices),
  },
  contextLimitReached: {
    type: "counter",
    name: "tacho_context_limit_reached_total",
    help: "Answers cut because the request's context was full, not because of a limit it had set.",
    labels: MODEL,
  },
});
