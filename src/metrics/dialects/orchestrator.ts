import { ORCHESTRATOR } from "../bounds.js";
import type { Dialect, DialectFacts } from "../dialect.js";
import { STAGES } from "../catalog.js";
import { breakerState, changesInto } from "./breaker.js";
import { totalCost } from "./cost.js";
import { ERROR_CLASSES, SERVER_ERRORS } from "./error-classes.js";
import { counter, gauge, histogram, is, of, when } from "./view-forms.js";

const STAGE = ["stage"] as const;
const ENGINE = "llama.cpp";

const STAGE_ERRORS = { ...SERVER_ERRORS, invalid_input: ERROR_CLASSES.invalid };

const stages = () => [
  counter(
    "orchestrator_requests_total",
    "Requests that entered a stage of their way.",
    of("tacho_stage_requests_total", STAGE),
  ),
  counter(
    "orchestrator_requests_shed_total",
    "Requests refused because what a stage takes was used up: its queue, its time, or the client's reading.",
    of("tacho_stage_shed_total", STAGE),
  ),
  counter(
    "orchestrator_errors_total",
    "Requests that ended with an error, by the stage it came up in and by what went wrong.",
    Object.entries(STAGE_ERRORS).map(([type, code]) =>
      of(
        "tacho_request_errors_total",
        { stage: "stage", error_type: is(type) },
        { where: { stage: STAGES, code } },
      ),
    ),
  ),
  gauge(
    "orchestrator_queue_depth",
    "Requests that wait for a stage: for inference those in the admission queue.",
    of("tacho_stage_depth", STAGE),
  ),
  histogram(
    "orchestrator_stage_duration_seconds",
    "Time from a request's entering of a stage to its leaving of it.",
    of("tacho_stage_duration_seconds", STAGE),
    ORCHESTRATOR.stageSeconds,
  ),
  counter(
    "requests_dropped_total",
    "Requests refused because their client did not read what was written.",
    of("tacho_stage_shed_total", STAGE, { where: { stage: "stream" } }),
  ),
];

const inference = ({ prices }: DialectFacts) => [
  counter(
    "orchestrator_tokens_generated_total",
    "Tokens sampled for requests.",
    of("tacho_generation_tokens_total", { worker_type: is(ENGINE) }),
  ),
  histogram(
    "orchestrator_request_duration_seconds",
    "Time from the arrival of a request for text, embeddings or ranking to its end, whatever its outcome.",
    of("tacho_request_duration_seconds", { session: is("all") }),
    ORCHESTRATOR.defaultSeconds,
  ),
  ...when(
    totalCost(prices, []).length > 0,
    counter(
      "orchestrator_inference_cost_usd_total",
      "US dollars that the tokens of requests cost, by the prices the server was given.",
      totalCost(prices, []),
    ),
  ),
  histogram(
    "inference_time_to_first_token_seconds",
    "Time from the arrival of a request to the front's taking over of its first token, once a request.",
    of("tacho_time_to_first_token_seconds", { worker: is(ENGINE), model: "model" }),
    ORCHESTRATOR.ttftSeconds,
  ),
  histogram(
    "orchestrator_ttft_seconds",
    "Time from the arrival of a request to the front's taking over of its first token, once a request.",
    of("tacho_time_to_first_token_seconds"),
    ORCHESTRATOR.defaultSeconds,
  ),
  counter(
    "orchestrator_inference_timeouts_total",
    "Requests that the engine ended because their time was over.",
    of("tacho_engine_requests_total", [], { where: { status: "timeout" } }),
  ),
  counter(
    "orchestrator_requests_expired_total",
    "Requests that ended because their own limit of time was over, wherever they were.",
    of("tacho_request_errors_total", [], { where: { code: "deadline_exceeded" } }),
  ),
];

const workers = () => [
  counter(
    "orchestrator_circuit_breaker_state_transitions_total",
    "Changes of engine hosts' states, by the state they led to.",
    changesInto("state"),
  ),
  counter(
    "orchestrator_circuit_breaker_requests_rejected_total",
    "Requests turned away because the engine host was down or loading.",
    of("tacho_admission_rejections_total", [], { where: { reason: ["engine_down", "loading"] } }),
  ),
  gauge(
    "orchestrator_circuit_breaker_state",
    "State of a model's engine host: 0 closed (ready), 1 half-open (starting again), 2 open (down until its restart is due).",
    breakerState({ open: 2, half_open: 1 }, { stage: "model" }),
  ),
  counter(
    "orchestrator_worker_errors_total",
    "Requests that an engine host failed (error) or lost, and times that it ended unasked (crash).",
    [
      ...(["error", "lost"] as const).map((status) =>
        of("tacho_engine_requests_total", { worker: "model", error_kind: is(status) }, { where: { status } }),
      ),
      of("tacho_engine_host_failures_total", { worker: "model", error_kind: is("crash") }),
    ],
  ),
  counter(
    "orchestrator_session_affinity_hits_total",
    "Requests of known sessions that the replica of the session's last request took.",
    of("tacho_session_turns_total", [], { where: { affinity: "hit" } }),
  ),
  counter(
    "orchestrator_session_affinity_misses_total",
    "Requests of known sessions that another replica than that of the session's last request took.",
    of("tacho_session_turns_total", [], { where: { affinity: "miss" } }),
  ),
  gauge(
    "orchestrator_rate_limiter_tokens_remaining",
    "What is left of a tenant's limit of tokens a minute; of several keys the least.",
    of("tacho_rate_limit_remaining", { session: "tenant" }, { where: { of: "tokens" } }),
  ),
];

const streams = () => [
  histogram(
    "orchestrator_stream_duration_seconds",
    "Time from the sending of an event stream's head to its end.",
    of("tacho_stream_duration_seconds"),
    ORCHESTRATOR.defaultSeconds,
  ),
  counter(
    "orchestrator_stream_tokens_total",
    "Tokens of answers sent as event streams, counted when the engine ended their request.",
    of("tacho_streamed_tokens_total"),
  ),
];

const DEDUPLICATION = "deduplication of requests";
const RESPONSE_CACHE = "a cache of whole answers";
const RELOAD = "reloading of the configuration";

export const orchestrator: Dialect = {
  name: "orchestrator",
  title: "prompt orchestrator",
  views: (facts) => [stages, inference, workers, streams].flatMap((group) => group(facts)),
  waiting: [
    { name: "orchestrator_dedup_hits_total", needs: DEDUPLICATION },
    { name: "orchestrator_dedup_waiters_unblocked_total", needs: DEDUPLICATION },
    { name: "orchestrator_dedup_hash_collisions_total", needs: DEDUPLICATION },
    { name: "orchestrator_dedup_hit_rate", needs: DEDUPLICATION },
    { name: "orchestrator_rag_requests_expired_total", needs: "retrieval (the rag stage)" },
    {
      name: "orchestrator_dlq_lock_poisoned_total",
      needs: "nothing that can be: a poisoned lock is Rust's alone",
    },
    { name: "orchestrator_config_reload_errors_total", needs: RELOAD },
    { name: "orchestrator_config_reload_duration_seconds", needs: RELOAD },
    { name: "orchestrator_cache_hits_total", needs: RESPONSE_CACHE },
    { name: "orchestrator_cache_misses_total", needs: RESPONSE_CACHE },
    { name: "orchestrator_retry_count", needs: "retries of lost requests" },
    { name: "up", needs: "nothing: Prometheus writes it itself" },
  ],
  notes: {
    orchestrator_requests_total:
      "A request is counted in each stage that it enters: a share of requests is one of a single stage's, not of the sum.",
    orchestrator_requests_shed_total:
      "What a down engine host turns away is not shed: see orchestrator_circuit_breaker_requests_rejected_total.",
    orchestrator_errors_total:
      "error_type is timeout, engine, shutdown, internal or invalid_input. Requests refused before their first stage are not here.",
    orchestrator_queue_depth: "Requests that wait, where the original's sample shows the room that is left.",
    orchestrator_request_duration_seconds: "session is always all: a series a session would have no end.",
    requests_dropped_total:
      "What orchestrator_requests_shed_total counts for the stage stream. Not in the system's document.",
    orchestrator_inference_cost_usd_total:
      "By --price-input and --price-output; where neither is given, by --price-gpu-hour. Absent without a price.",
    orchestrator_inference_timeouts_total: "Only of requests that the engine had.",
    orchestrator_requests_expired_total: "Wherever their time ran out: in the queue or in the engine.",
    orchestrator_circuit_breaker_state:
      "stage is the model's id, as each model's engine host is a breaker of its own. The numbers differ from neurectomy_circuit_breaker_state's.",
    orchestrator_circuit_breaker_state_transitions_total: "state is closed, open or half_open.",
    orchestrator_worker_errors_total: "worker is the model's id; error_kind is error, lost or crash.",
    orchestrator_rate_limiter_tokens_remaining:
      "session is the tenant: a series a session would have no end.",
    orchestrator_ttft_seconds:
      "Planned by the system, with no bounds named: those are its client's default ones.",
    orchestrator_stream_duration_seconds:
      "Planned by the system, with no bounds named: those are its client's default ones.",
  },
};
