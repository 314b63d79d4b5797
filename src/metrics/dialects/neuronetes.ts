import { NEURONETES } from "../bounds.js";
import type { Dialect, DialectFacts } from "../dialect.js";
import { ALL_TOKENS, energyPerToken, meanCost, SESSION_TOKENS, tokens } from "./cost.js";
import { SERVER_ERRORS, ERROR_CLASSES } from "./error-classes.js";
import { errorBudget } from "./error-budget.js";
import {
  byCase,
  counter,
  countOf,
  derived,
  gauge,
  histogram,
  is,
  of,
  perSecond,
  quantile,
  ratio,
  sumOf,
  WINDOW,
} from "./view-forms.js";

const MODEL = ["model"] as const;
const TURN = ["model", "route"] as const;
const TENANT = ["model", "tenant"] as const;
const IN_MS = 1000;
const PERCENT = 100;
const PER_GIGA = 1e-9;
const PER_HOUR = 1 / 3600;
const JOULES_OF_KWH = 3.6e6;
const HOUR = 3600;

/** Our reasons for turning a request away, under theirs. */
const REJECTS = {
  queue_full: ["queue_full"],
  rate_limit: ["rate_limit"],
  slo: ["wait_too_long", "queue_timeout"],
  breaker_open: ["engine_down", "loading"],
  draining: ["draining"],
} as const;

const TURN_ERRORS = { ...SERVER_ERRORS, client_abort: ERROR_CLASSES.client_abort };

const quality = ({ readingSpeed }: DialectFacts) => [
  histogram(
    "agent_ttft_ms",
    "Milliseconds from the arrival of a turn to the front's taking over of its first token, queueing included, once a turn.",
    of("tacho_time_to_first_token_seconds", TURN, { scale: IN_MS }),
    NEURONETES.ttftMs,
  ),
  histogram(
    "agent_latency_ms",
    "Milliseconds from the arrival of a turn to its end, whatever its outcome.",
    of("tacho_request_duration_seconds", TURN, { scale: IN_MS }),
    NEURONETES.latencyMs,
  ),
  derived(
    "agent_rtf_ratio",
    `Decode time of the turns that ended in the last minute, divided by the time that their tokens take to be read at ${readingSpeed} tokens a second.`,
    WINDOW,
    {
      times: [sumOf("tacho_request_decode_duration_seconds", MODEL)],
      per: [sumOf("tacho_request_generation_tokens", MODEL)],
      scale: readingSpeed,
    },
  ),
  perSecond(
    "agent_tokens_out_per_s",
    "Tokens sampled a second over the last 5 s.",
    5,
    of("tacho_generation_tokens_total", MODEL),
  ),
  counter(
    "agent_turn_errors_total",
    "Turns that ended in an error of the server, or that their client left (client_abort), by what went wrong.",
    byCase("tacho_request_errors_total", "code", TURN_ERRORS, "error_type", {
      model: "model",
      route: "route",
    }),
  ),
];

const load = () => [
  gauge(
    "agent_active_sessions",
    "Sessions with a request within the last --session-seconds.",
    of("tacho_sessions_active", MODEL),
  ),
  gauge(
    "agent_queue_depth",
    "Requests in the admission queue, by route.",
    of("tacho_requests_waiting", ["route"]),
  ),
  counter(
    "agent_admission_rejects_total",
    "Requests turned away before the engine heard of them, by reason.",
    byCase("tacho_admission_rejections_total", "reason", REJECTS, "reason", { route: "route" }),
  ),
];

const context = () => [
  counter(
    "agent_input_tokens_total",
    "Prompt tokens of requests taken up by the engine, cached ones included.",
    of("tacho_prompt_tokens_total", TENANT),
  ),
  counter(
    "agent_output_tokens_total",
    "Tokens sampled for requests.",
    of("tacho_generation_tokens_total", TENANT),
  ),
  counter(
    "agent_total_tokens",
    "Prompt tokens of requests taken up by the engine, and tokens sampled for requests.",
    tokens(ALL_TOKENS, TENANT),
  ),
  quantile(
    "agent_ctx_len_p95",
    "95th percentile, over the last minute, of the tokens in a request's context when the engine ended it.",
    WINDOW,
    0.95,
    of("tacho_request_context_tokens", MODEL),
  ),
  histogram(
    "agent_ctx_len_tokens",
    "Tokens in a request's context, prompt and answer, when the engine ended it.",
    of("tacho_request_context_tokens", MODEL),
  ),
  counter(
    "agent_ctx_truncations_total",
    "Answers cut because the request's context was full; prompts are never trimmed but refused.",
    of("tacho_context_limit_reached_total", { model: "model", reason: is("context_full") }),
  ),
  ratio(
    "agent_kv_cache_hit_ratio",
    "Share of the last minute's prompt tokens whose keys and values were already in the KV cache.",
    WINDOW,
    of("tacho_cached_prompt_tokens_total", MODEL),
    of("tacho_prompt_tokens_total", MODEL),
  ),
  ratio(
    "agent_batch_merge_efficiency",
    "Sequences in the last minute's steps, divided by the sequences that could have taken part in them.",
    WINDOW,
    sumOf("tacho_engine_step_sequences", MODEL),
    of("tacho_engine_step_runnable_sequences_total", MODEL),
  ),
];

const gpus = ({ node }: DialectFacts) => {
  const gpu = { node: is(node), gpu: "gpu" };
  return [
    gauge(
      "gpu_util_pct",
      "Percent of the GPU's last sample period (1/6 to 1 s) in which a kernel ran.",
      of("tacho_gpu_utilization_ratio", gpu, { scale: PERCENT }),
    ),
    gauge(
      "gpu_sm_util_pct",
      "Percent of the SMs with work, as the mean between the last two readings.",
      of("tacho_gpu_sm_active_ratio", gpu, { scale: PERCENT }),
    ),
    gauge(
      "gpu_mem_bw_util_pct",
      "Percent of the device memory's bandwidth in use, as the mean between the last two readings.",
      of("tacho_gpu_memory_bandwidth_utilization_ratio", gpu, { scale: PERCENT }),
    ),
    gauge(
      "gpu_vram_used_gb",
      "Device memory allocated, in units of 10^9 bytes.",
      of("tacho_gpu_memory_used_bytes", gpu, { scale: PER_GIGA }),
    ),
    gauge(
      "gpu_vram_total_gb",
      "Device memory, in units of 10^9 bytes: used, reserved and free.",
      of("tacho_gpu_memory_total_bytes", gpu, { scale: PER_GIGA }),
    ),
  ];
};

const models = ({ node }: DialectFacts) => [
  ratio(
    "model_cache_hit_ratio",
    "Share of the last hour's model loads whose file was on the local disk already.",
    HOUR,
    of("tacho_model_load_duration_seconds", { node: is(node) }, { take: "count", where: { source: "disk" } }),
    countOf("tacho_model_load_duration_seconds"),
  ),
  histogram(
    "model_load_time_seconds",
    "Time from the start of an engine host to its model's readiness, by where the file came from.",
    of("tacho_model_load_duration_seconds", ["model", "source"]),
    NEURONETES.modelLoadSeconds,
  ),
  histogram(
    "model_snapshot_restore_seconds",
    "Time to load the saved state of a prompt in place of computing it; of the prompt's state, not of the model.",
    of("tacho_prompt_state_restore_duration_seconds", ["model"]),
    NEURONETES.stateRestoreSeconds,
  ),
  ratio(
    "agent_cold_start_rate",
    "Share of the last minute's requests whose model was not loaded when they came.",
    WINDOW,
    of("tacho_model_uses_total", MODEL, { where: { residency: "miss" } }),
    of("tacho_model_uses_total", MODEL),
  ),
];

const streams = () => [
  histogram(
    "stream_init_ms",
    "Milliseconds from the arrival of a request to the sending of its event stream's head.",
    of("tacho_stream_open_duration_seconds", ["route"], { scale: IN_MS }),
    NEURONETES.streamInitMs,
  ),
  counter(
    "stream_backpressure_events_total",
    "Writes to an event stream that its client's socket did not take at once.",
    of("tacho_stream_backpressure_total", ["route"]),
  ),
  ratio(
    "stream_drop_rate",
    "Event streams that an error broke in the last minute, divided by those opened in it.",
    WINDOW,
    of("tacho_streams_ended_total", ["route"], { where: { how: "broken" } }),
    of("tacho_streams_opened_total", ["route"]),
  ),
  ratio(
    "stream_cancel_rate",
    "Event streams that the client left in the last minute, divided by those opened in it.",
    WINDOW,
    of("tacho_streams_ended_total", ["route"], { where: { how: "cancelled" } }),
    of("tacho_streams_opened_total", ["route"]),
  ),
  histogram(
    "token_delivery_jitter_ms",
    "Milliseconds that two consecutive gaps of one event stream's writes differ, from the third write on.",
    of("tacho_token_delivery_jitter_seconds", MODEL, { scale: IN_MS }),
    NEURONETES.jitterMs,
  ),
];

const placement = () => [
  ratio(
    "session_affinity_hit_ratio",
    "Share of the last minute's requests of known sessions that the replica of the session's last request took.",
    WINDOW,
    of("tacho_session_turns_total", [], { where: { affinity: "hit" } }),
    of("tacho_session_turns_total"),
  ),
  counter(
    "replica_preemptions_total",
    "Times a running request gave its KV cells back to others, to be computed again later.",
    of("tacho_preemptions_total", MODEL),
  ),
  counter(
    "replica_evictions_total",
    "Models unloaded to make room for another.",
    of("tacho_model_evictions_total", { model: "model", reason: is("capacity") }),
  ),
  histogram(
    "failover_time_seconds",
    "Time from the unasked end of an engine host to the next request that succeeds with its model.",
    of("tacho_failover_duration_seconds", MODEL),
    NEURONETES.failoverSeconds,
  ),
  errorBudget("error_budget_burn_rate"),
];

const security = () => [
  counter(
    "policy_blocks_total",
    "Requests stopped by a policy of --block, by policy and by what it found.",
    of("tacho_policy_blocks_total", ["type", "reason"]),
  ),
  counter(
    "redaction_events_total",
    "Pieces of sensitive text masked in prompts by --redact, by kind.",
    of("tacho_redactions_total", ["field"]),
  ),
  counter(
    "authz_denials_total",
    "HTTP requests refused with 401 or 403, and those for a model that their key may not use (404), by what they lacked.",
    of("tacho_authorization_denials_total", ["scope"]),
  ),
];

const cost = ({ node, prices }: DialectFacts) => [
  ...meanCost(prices, {
    name: "cost_usd_per_1k_tokens",
    help: "Mean cost of 1,000 tokens of the last minute, prompt and generated, by the prices the server was given.",
    over: WINDOW,
    of: ALL_TOKENS,
    labels: TENANT,
    gpuLabels: MODEL,
    per: tokens(ALL_TOKENS, TENANT),
    scale: 1000,
  }),
  ...meanCost(prices, {
    name: "cost_usd_per_session",
    help: "Cost of the tokens of sessions in the last hour, divided by the sessions that began in it.",
    over: HOUR,
    of: SESSION_TOKENS,
    labels: TENANT,
    gpuLabels: MODEL,
    per: of("tacho_sessions_started_total", TENANT),
  }),
  counter(
    "gpu_hours_total",
    "Hours that a loaded model has held a GPU, idle or not.",
    of("tacho_gpu_held_seconds_total", { node: is(node), gpu: "gpu", model: "model" }, { scale: PER_HOUR }),
  ),
  counter(
    "cpu_hours_total",
    "Hours of CPU time, user and system, of this server's processes.",
    of("process_cpu_seconds_total", { node: is(node) }, { scale: PER_HOUR }),
  ),
  counter(
    "egress_gb_total",
    "Bytes of response bodies that were written, in units of 10^9, counted when they ended.",
    sumOf("tacho_http_response_size_bytes", ["route"], PER_GIGA),
  ),
  energyPerToken(
    "energy_kwh_per_1k_tokens",
    "Energy of the GPU boards in the last minute for 1,000 tokens, split over models by the time their steps took.",
    1000 / JOULES_OF_KWH,
  ),
];

export const neuronetes: Dialect = {
  name: "neuronetes",
  title: "NeuroNetes",
  views: (facts) =>
    [quality, load, context, gpus, models, streams, placement, security, cost].flatMap((group) =>
      group(facts),
    ),
  waiting: [
    { name: "agent_csat_score", needs: "an endpoint for ratings of answers" },
    { name: "agent_thumbs_up_rate", needs: "an endpoint for thumbs up and down" },
    { name: "agent_quality_winrate", needs: "canary routing between two models, with votes or a judge" },
    { name: "agent_scaling_lag_seconds", needs: "an elastic pool of engine hosts" },
    { name: "agent_tool_calls_per_turn", needs: "a loop that calls tools in the server" },
    { name: "agent_tool_latency_ms", needs: "a loop that calls tools in the server" },
    { name: "agent_tool_success_rate", needs: "a loop that calls tools in the server" },
    { name: "agent_tool_timeout_rate", needs: "a loop that calls tools in the server" },
    { name: "agent_tool_retry_rate", needs: "a loop that calls tools in the server, with retries" },
    { name: "rag_retrieval_latency_ms", needs: "retrieval (the rag stage)" },
    { name: "rag_retrieval_cache_hit_ratio", needs: "retrieval with a cache" },
    { name: "agent_grounding_coverage", needs: "retrieval with citation marks" },
    { name: "rag_hit_at_k", needs: "an evaluation of retrieval against labelled queries" },
    { name: "rag_mrr", needs: "an evaluation of retrieval against labelled queries" },
    { name: "agent_hallucination_rate", needs: "a check of answers against what was retrieved" },
    { name: "agent_citation_validity_rate", needs: "retrieval with a check of citations" },
    { name: "gpu_vram_frag_pct", needs: "a reading of free runs in the KV cache" },
    { name: "gpu_mig_slice_util_pct", needs: "readings of NVML's GPM metrics for MIG slices" },
    { name: "gang_schedule_wait_seconds", needs: "models spread over several machines" },
    { name: "topology_penalty_score", needs: "a planner of placements with a stated cost" },
    { name: "data_locality_rate", needs: "several servers with state or indexes of their own" },
    { name: "hpa_decisions_total", needs: "an elastic pool of engine hosts" },
    { name: "spot_interruptions_total", needs: "a poller of cloud metadata" },
    { name: "spot_savings_usd_total", needs: "a poller of cloud metadata, and the price of a spot machine" },
  ],
  notes: {
    agent_ttft_ms: "Whole and fractional milliseconds, where the original cuts to whole ones.",
    agent_turn_errors_total:
      "error_type is timeout, engine, shutdown, internal or client_abort. What a client got wrong (4xx) is no turn error. What was turned away is in agent_admission_rejects_total; a wait in the queue that ran out, and a lost engine, are in both. Leave client_abort out of an error ratio.",
    agent_queue_depth: "A series a route, where the original has one that the last caller overwrites.",
    agent_admission_rejects_total:
      "reason is queue_full, rate_limit, slo (the wait would be, or was, too long), breaker_open (the engine host is down or loading) or draining. Nothing is refused for memory alone yet.",
    agent_total_tokens:
      "The name stays in every format; OpenMetrics, where a counter must end in _total, calls its type unknown.",
    agent_ctx_len_p95: "Not to be averaged over instances: agent_ctx_len_tokens is the histogram behind it.",
    agent_ctx_len_tokens: "Ours: not in the system's document.",
    agent_ctx_truncations_total: "reason is always context_full.",
    gpu_sm_util_pct: "GPUs since Hopper, unless they are partitioned (MIG); absent elsewhere.",
    gpu_mem_bw_util_pct: "GPUs since Hopper, unless they are partitioned (MIG); absent elsewhere.",
    model_snapshot_restore_seconds:
      "The original's is of a model's snapshot. Here it is of a prompt's: the states that recurrent and sliding-window models go back to. With other models it stays at zero, as their KV cache is kept whole.",
    gpu_util_pct: "The GPU's last sample, not the mean since the last scrape.",
    gpu_vram_total_gb: "Ours: the system has none, so that its VRAM alert cannot be right.",
    model_cache_hit_ratio: "A share of loads; the original is 1 or 0 for the last load alone.",
    agent_cold_start_rate: "Misses of tacho_model_uses_total.",
    replica_preemptions_total: "Requests are preempted for want of KV cells too, not only for priority.",
    replica_evictions_total: "reason is always capacity: models are unloaded to make room, never for idling.",
    error_budget_burn_rate:
      "slo is ttft (95 % within 350 ms), latency (95 % within 2.5 s) or errors (99 % without error or timeout of those that did not fail by the client); window is 5m or 1h. 1 spends the budget exactly.",
    cost_usd_per_1k_tokens:
      "By --price-input and --price-output; where neither is given, by --price-gpu-hour. Absent without a price.",
    cost_usd_per_session:
      "By --price-input and --price-output; where neither is given, the tokens' share of --price-gpu-hour. A gauge: rate() of it means nothing.",
    policy_blocks_total:
      "type is pii-detection or prompt-injection. Policies are plain patterns over prompts; answers are not looked at.",
    redaction_events_total: "In prompts alone, not in answers or logs.",
    cpu_hours_total: "Of the front and the engine hosts, not of the whole machine.",
    egress_gb_total: "Bodies alone, without headers and what TLS adds.",
    energy_kwh_per_1k_tokens: "Of the GPU boards alone. Absent where the GPU has no energy meter.",
  },
};
