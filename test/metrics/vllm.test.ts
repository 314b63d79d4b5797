import { expect, test } from "vitest";
import { vllm } from "../../src/metrics/dialects/vllm.js";
import type { ViewSpec } from "../../src/telemetry/index.js";
import { labelsOf, typesOf, viewOf } from "./shown-views.js";
import { FACTS } from "./systems.js";

/** As vLLM exposes them: counters with `_total`. */
const GAUGES = [
  "num_requests_running",
  "num_requests_waiting",
  "num_requests_waiting_by_reason",
  "kv_cache_usage_perc",
  "engine_sleep_state",
  "engine_healthy",
  "lora_requests_info",
  "cache_config_info",
];
const COUNTERS = [
  "prefix_cache_queries",
  "prefix_cache_hits",
  "external_prefix_cache_queries",
  "external_prefix_cache_hits",
  "mm_cache_queries",
  "mm_cache_hits",
  "num_preemptions",
  "prompt_tokens",
  "generation_tokens",
  "prompt_tokens_by_source",
  "prompt_tokens_cached",
  "prompt_tokens_recomputed",
  "request_success",
  "corrupted_requests",
  "spec_decode_num_drafts",
  "spec_decode_num_draft_tokens",
  "spec_decode_num_accepted_tokens",
  "spec_decode_num_accepted_tokens_per_pos",
  "estimated_flops_per_gpu",
  "estimated_read_bytes_per_gpu",
  "estimated_write_bytes_per_gpu",
  "tool_call_parser_invocations",
  "websocket_connections",
  "kv_offload_load_bytes",
  "kv_offload_store_bytes",
  "kv_offload_load_time",
  "kv_offload_store_time",
  "kv_offload_allocation_failure",
  "kv_offload_stores_skipped",
  "nixl_num_failed_transfers",
  "nixl_num_failed_notifications",
  "nixl_num_kv_expired_reqs",
].map((name) => `${name}_total`);

const SECONDS = [
  0.3, 0.5, 0.8, 1, 1.5, 2, 2.5, 5, 10, 15, 20, 30, 40, 50, 60, 120, 240, 480, 960, 1920, 7680,
];
const GAPS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80];
const TTFT = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10, 20, 40, 80, 160, 640,
  2560,
];
const TOKENS = [1, 2, 5].flatMap((step) => [0, 1, 2, 3, 4, 5, 6].map((power) => step * 10 ** power));
/** 1, 2, 5, 10 … 1,000,000. */
const REQUEST_TOKENS = TOKENS.filter((bound) => bound <= 1_000_000).sort((a, b) => a - b);

/** Null for those that are not shown yet. */
const HISTOGRAMS: Record<string, readonly number[] | null> = {
  time_to_first_token_seconds: TTFT,
  inter_token_latency_seconds: GAPS,
  request_time_per_output_token_seconds: GAPS,
  e2e_request_latency_seconds: SECONDS,
  request_queue_time_seconds: SECONDS,
  request_inference_time_seconds: SECONDS,
  request_prefill_time_seconds: SECONDS,
  request_decode_time_seconds: SECONDS,
  request_prompt_tokens: REQUEST_TOKENS,
  request_generation_tokens: REQUEST_TOKENS,
  request_params_max_tokens: REQUEST_TOKENS,
  request_max_num_generation_tokens: null,
  request_prefill_kv_computed_tokens: null,
  request_params_n: [1, 2, 5, 10, 20],
  iteration_tokens_total: [1, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384],
  request_num_preemptions: null,
  kv_block_lifetime_seconds: null,
  kv_block_idle_before_evict_seconds: null,
  kv_block_reuse_gap_seconds: null,
  nixl_xfer_time_seconds: null,
  nixl_post_time_seconds: null,
  nixl_bytes_transferred: null,
  nixl_num_descriptors: null,
};

test("shows or lists each of vLLM's metrics, with its type", () => {
  const expected = new Map<string, string>();
  const add = (names: readonly string[], type: string) =>
    names.forEach((name) => expected.set(`vllm:${name}`, type));
  add(GAUGES, "gauge");
  add(COUNTERS, "counter");
  add(Object.keys(HISTOGRAMS), "histogram");
  const waiting = new Set(vllm.waiting.map(({ name }) => name));
  const shown = [...expected].filter(([name]) => !waiting.has(name));
  expect(typesOf(vllm)).toEqual(Object.fromEntries(shown));
  expect([...waiting].filter((name) => !expected.has(name))).toEqual([]);
});

test("has vLLM's bounds", () => {
  const shown = Object.entries(HISTOGRAMS).filter(([, bounds]) => bounds !== null);
  const bounds = shown.map(([name]) => [name, (viewOf(vllm, `vllm:${name}`) as ViewSpec).bounds]);
  expect(Object.fromEntries(bounds)).toEqual(Object.fromEntries(shown));
});

/** Beside model_name and engine, which all have. */
const EXTRA: Record<string, string[]> = {
  "vllm:num_requests_waiting_by_reason": ["reason"],
  "vllm:cache_config_info": ["block_size", "num_gpu_blocks", "enable_prefix_caching"],
  "vllm:prompt_tokens_by_source_total": ["source"],
  "vllm:request_success_total": ["finished_reason"],
};

test("has vLLM's labels", () => {
  for (const view of vllm.views(FACTS))
    expect([view.name, labelsOf(view)]).toEqual([
      view.name,
      ["model_name", "engine", ...(EXTRA[view.name] ?? [])].sort(),
    ]);
});
