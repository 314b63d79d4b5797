import type { AnyViewSpec } from "../../telemetry/index.js";
import { VLLM } from "../bounds.js";
import type { Dialect } from "../dialect.js";
import { viewsLabelled, type LabelledSource } from "./labelled-views.js";

/** Its engines are numbered; a model of ours is one, however many replicas it has. */
const { counter, gauge, histogram, source } = viewsLabelled({
  model_name: { from: "model" },
  engine: { value: "0" },
});

/** Our outcomes, by its reasons. What was invalid or refused never got to its engine, and is not counted there. */
const REASONS = [
  ["stop", "stop"],
  ["length", "length"],
  ["abort", ["cancelled", "timeout"]],
  ["error", "error"],
] as const;

function finished([reason, outcome]: (typeof REASONS)[number]): LabelledSource {
  return { metric: "tacho_requests_total", where: { outcome }, extra: { finished_reason: reason } };
}

const GAUGES: readonly AnyViewSpec[] = [
  gauge(
    "vllm:num_requests_running",
    "Requests handed to the engine and not yet ended.",
    "tacho_requests_running",
  ),
  gauge("vllm:num_requests_waiting", "Requests not yet handed to the engine.", "tacho_requests_waiting"),
  gauge("vllm:num_requests_waiting_by_reason", "Requests not yet handed to the engine, by why they wait.", {
    metric: "tacho_requests_waiting",
    extra: { reason: "capacity" },
  }),
  {
    name: "vllm:kv_cache_usage_perc",
    type: "gauge",
    help: "Share of the KV cells that hold tokens of running requests, 0 to 1.",
    over: 0,
    derive: {
      times: [[source("tacho_kv_cells_used"), source({ metric: "tacho_prefix_cache_cells", scale: -1 })]],
      per: [source("tacho_kv_cells")],
    },
  },
  gauge("vllm:engine_healthy", "Whether the model's engine host is ready.", {
    metric: "tacho_engine_host_state",
    where: { tacho_engine_host_state: "ready" },
  }),
  gauge("vllm:cache_config_info", "The KV cache, described in blocks.", {
    metric: "tacho_kv_cache_info",
    renamed: { block_size: "block_size", num_gpu_blocks: "num_blocks" },
    extra: { enable_prefix_caching: "True" },
  }),
];

const PROMPT_SOURCES: readonly LabelledSource[] = [
  { metric: "tacho_prefilled_tokens_total", extra: { source: "local_compute" } },
  { metric: "tacho_cached_prompt_tokens_total", extra: { source: "local_cache_hit" } },
];

const COUNTERS: readonly AnyViewSpec[] = [
  counter(
    "vllm:prefix_cache_queries_total",
    "Prompt tokens looked for in the KV cache.",
    "tacho_prompt_tokens_total",
  ),
  counter(
    "vllm:prefix_cache_hits_total",
    "Prompt tokens found in the KV cache.",
    "tacho_cached_prompt_tokens_total",
  ),
  counter(
    "vllm:num_preemptions_total",
    "Times a running request gave its KV cells back to others.",
    "tacho_preemptions_total",
  ),
  counter(
    "vllm:prompt_tokens_total",
    "Prompt tokens of requests taken up by the engine.",
    "tacho_prompt_tokens_total",
  ),
  counter("vllm:generation_tokens_total", "Tokens sampled for requests.", "tacho_generation_tokens_total"),
  counter(
    "vllm:prompt_tokens_by_source_total",
    "Prompt tokens, by where their keys and values came from.",
    PROMPT_SOURCES,
  ),
  counter(
    "vllm:prompt_tokens_cached_total",
    "Prompt tokens found in the KV cache.",
    "tacho_cached_prompt_tokens_total",
  ),
  counter(
    "vllm:prompt_tokens_recomputed_total",
    "Tokens computed once more because their request had been preempted.",
    "tacho_recomputed_tokens_total",
  ),
  counter(
    "vllm:request_success_total",
    "Requests that the engine had and that ended, by how.",
    REASONS.map(finished),
  ),
  counter("vllm:spec_decode_num_drafts_total", "Guesses verified by the model.", "tacho_drafts_total"),
  counter(
    "vllm:spec_decode_num_draft_tokens_total",
    "Tokens guessed and verified by the model.",
    "tacho_draft_tokens_total",
  ),
  counter(
    "vllm:spec_decode_num_accepted_tokens_total",
    "Guessed tokens that were what the model sampled.",
    "tacho_accepted_draft_tokens_total",
  ),
];

const LATENCIES: readonly AnyViewSpec[] = [
  histogram(
    "vllm:time_to_first_token_seconds",
    "Time from the arrival of a request to its first token.",
    "tacho_time_to_first_token_seconds",
    VLLM.ttftSeconds,
  ),
  histogram(
    "vllm:inter_token_latency_seconds",
    "Time between two consecutive tokens of a request.",
    "tacho_inter_token_latency_seconds",
    VLLM.interTokenSeconds,
  ),
  histogram(
    "vllm:request_time_per_output_token_seconds",
    "A request's decode time divided by its tokens after the first.",
    "tacho_request_time_per_output_token_seconds",
    VLLM.interTokenSeconds,
  ),
  histogram(
    "vllm:e2e_request_latency_seconds",
    "Time from the arrival of a request to its end.",
    "tacho_request_duration_seconds",
    VLLM.requestSeconds,
  ),
  histogram(
    "vllm:request_queue_time_seconds",
    "Time from the arrival of a request to the start of its first step.",
    "tacho_request_queue_duration_seconds",
    VLLM.requestSeconds,
  ),
  histogram(
    "vllm:request_inference_time_seconds",
    "Time from the start of a request's first step to its last token.",
    "tacho_request_inference_duration_seconds",
    VLLM.requestSeconds,
  ),
  histogram(
    "vllm:request_prefill_time_seconds",
    "Time from the start of a request's first step to its first token.",
    "tacho_request_prefill_duration_seconds",
    VLLM.requestSeconds,
  ),
  histogram(
    "vllm:request_decode_time_seconds",
    "Time from a request's first token to its last.",
    "tacho_request_decode_duration_seconds",
    VLLM.requestSeconds,
  ),
];

const SIZES: readonly AnyViewSpec[] = [
  histogram(
    "vllm:request_prompt_tokens",
    "Prompt tokens of one request.",
    "tacho_request_prompt_tokens",
    VLLM.requestTokens,
  ),
  histogram(
    "vllm:request_generation_tokens",
    "Tokens sampled for one request.",
    "tacho_request_generation_tokens",
    VLLM.requestTokens,
  ),
  histogram(
    "vllm:request_params_max_tokens",
    "The most tokens that a request allowed for its answer.",
    "tacho_request_max_tokens",
    VLLM.requestTokens,
  ),
  histogram(
    "vllm:request_params_n",
    "Answers that one request asked for.",
    "tacho_request_choices",
    VLLM.choices,
  ),
  histogram(
    "vllm:iteration_tokens_total",
    "Tokens computed in one step.",
    "tacho_engine_step_tokens",
    VLLM.iterationTokens,
  ),
];

/** A feature, and the metrics that wait for it, without their beginning. */
const WAITING: Readonly<Record<string, readonly string[]>> = {
  "sleep mode: weights that are put away while nobody asks": ["engine_sleep_state"],
  "LoRA adapters in the telemetry; GET /metrics/gateway has it": ["lora_requests_info"],
  "a KV cache beside the engine's own (KV connector)": [
    "external_prefix_cache_queries_total",
    "external_prefix_cache_hits_total",
  ],
  "prompts with images or sound": ["mm_cache_queries_total", "mm_cache_hits_total"],
  "a check of logits for NaN": ["corrupted_requests_total"],
  "counts of accepted guesses by their position": ["spec_decode_num_accepted_tokens_per_pos_total"],
  "an estimate of a step's operations and memory traffic": [
    "estimated_flops_per_gpu_total",
    "estimated_read_bytes_per_gpu_total",
    "estimated_write_bytes_per_gpu_total",
  ],
  "counts of what reading tool calls came to": ["tool_call_parser_invocations_total"],
  "an API over web sockets": ["websocket_connections_total"],
  "KV cells that are put away in memory outside the device": [
    "kv_offload_load_bytes_total",
    "kv_offload_store_bytes_total",
    "kv_offload_load_time_total",
    "kv_offload_store_time_total",
    "kv_offload_allocation_failure_total",
    "kv_offload_stores_skipped_total",
  ],
  "prefill and decode on different hosts": [
    "nixl_num_failed_transfers_total",
    "nixl_num_failed_notifications_total",
    "nixl_num_kv_expired_reqs_total",
    "nixl_xfer_time_seconds",
    "nixl_post_time_seconds",
    "nixl_bytes_transferred",
    "nixl_num_descriptors",
  ],
  "the longest of a request's choices": ["request_max_num_generation_tokens"],
  "the computed prompt tokens of each request": ["request_prefill_kv_computed_tokens"],
  "the preemptions of each request": ["request_num_preemptions"],
  "the times of single KV blocks; ours are cells of one token": [
    "kv_block_lifetime_seconds",
    "kv_block_idle_before_evict_seconds",
    "kv_block_reuse_gap_seconds",
  ],
};

export const vllm: Dialect = {
  name: "vllm",
  title: "vLLM",
  views: () => [...GAUGES, ...COUNTERS, ...LATENCIES, ...SIZES],
  waiting: Object.entries(WAITING).flatMap(([needs, names]) =>
    names.map((name) => ({ name: `vllm:${name}`, needs })),
  ),
  notes: {
    "vllm:num_requests_waiting_by_reason":
      "All wait for capacity: no request is put off for another reason, and `deferred` does not appear.",
    "vllm:kv_cache_usage_perc":
      "Cells are counted, not blocks. What is only cached for later prompts counts as free, as in vLLM.",
    "vllm:engine_healthy": "vLLM has it with --enable-fault-tolerance only.",
    "vllm:cache_config_info":
      "A block stands for 16 of our KV cells, wherever they are; of the many labels, the two that gateways read and enable_prefix_caching.",
    "vllm:prompt_tokens_by_source_total":
      "local_compute counts tokens as they are computed, those computed again after a preemption included; external_kv_transfer does not appear.",
    "vllm:prompt_tokens_recomputed_total":
      "What a preemption made us compute again, answers' tokens included. vLLM counts cached tokens that it computes all the same.",
    "vllm:request_success_total":
      "abort counts requests that ran out of their time too; repetition does not appear. Embeddings and rankings count as stop.",
    "vllm:e2e_request_latency_seconds": "Requests of every outcome, embeddings and rankings among them.",
    "vllm:request_params_max_tokens": "Only requests that set a limit.",
    "vllm:request_prompt_tokens":
      "Bounds go to 1,000,000 whatever the model; vLLM's end at its longest context.",
    "vllm:request_generation_tokens":
      "Bounds go to 1,000,000 whatever the model; vLLM's end at its longest context.",
  },
};
