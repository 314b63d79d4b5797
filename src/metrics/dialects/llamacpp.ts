import type { AnyViewSpec, DerivedViewSpec } from "../../telemetry/index.js";
import type { Dialect } from "../dialect.js";
import { viewsLabelled } from "./labelled-views.js";

/** llama-server labels nothing: all models are added up. */
const { counter, gauge, source } = viewsLabelled({});

const WINDOW_SECONDS = 60;

/** Tokens a second of the time spent on them, as llama-server has it since its last scrape. */
function throughput(name: string, help: string, tokens: string, seconds: string): DerivedViewSpec {
  return {
    ...{ name, type: "gauge", help, over: WINDOW_SECONDS },
    derive: { times: [source(tokens)], per: [source({ metric: seconds, take: "sum" })] },
  };
}

const COUNTERS: readonly AnyViewSpec[] = [
  counter(
    "llamacpp:prompt_tokens_total",
    "Prompt tokens computed, cached ones left out.",
    "tacho_prefilled_tokens_total",
  ),
  counter(
    "llamacpp:prompt_tokens_cached_total",
    "Prompt tokens found in the KV cache.",
    "tacho_cached_prompt_tokens_total",
  ),
  counter(
    "llamacpp:prompt_seconds_total",
    "Time that requests' prompts took, counted when a request ended.",
    {
      metric: "tacho_request_prefill_duration_seconds",
      take: "sum",
    },
  ),
  counter("llamacpp:tokens_predicted_total", "Tokens sampled for requests.", "tacho_generation_tokens_total"),
  counter(
    "llamacpp:tokens_predicted_seconds_total",
    "Time that requests' answers took, counted when a request ended.",
    { metric: "tacho_request_decode_duration_seconds", take: "sum" },
  ),
  counter("llamacpp:n_decode_total", "Steps of the decode loop.", {
    metric: "tacho_engine_step_duration_seconds",
    take: "count",
  }),
  counter(
    "llamacpp:n_tokens_max",
    "The most tokens that one sequence has held.",
    "tacho_longest_sequence_tokens",
  ),
  counter(
    "llamacpp:spec_decode_num_draft_tokens_total",
    "Tokens guessed and verified by the model.",
    "tacho_draft_tokens_total",
  ),
  counter(
    "llamacpp:spec_decode_num_accepted_tokens_total",
    "Guessed tokens that were what the model sampled.",
    "tacho_accepted_draft_tokens_total",
  ),
  counter("llamacpp:spec_decode_num_drafts_total", "Guesses verified by the model.", "tacho_drafts_total"),
];

const GAUGES: readonly AnyViewSpec[] = [
  throughput(
    "llamacpp:prompt_tokens_seconds",
    "Prompt tokens computed for each second of prompts' time, over the last minute.",
    "tacho_prefilled_tokens_total",
    "tacho_request_prefill_duration_seconds",
  ),
  throughput(
    "llamacpp:predicted_tokens_seconds",
    "Tokens sampled for each second of answers' time, over the last minute.",
    "tacho_generation_tokens_total",
    "tacho_request_decode_duration_seconds",
  ),
  gauge(
    "llamacpp:requests_processing",
    "Requests handed to the engine and not yet ended.",
    "tacho_requests_running",
  ),
  gauge("llamacpp:requests_deferred", "Requests not yet handed to the engine.", "tacho_requests_waiting"),
  {
    name: "llamacpp:n_busy_slots_per_decode",
    type: "gauge",
    help: "Sequences of a step, on average since the beginning.",
    over: 0,
    derive: {
      times: [source({ metric: "tacho_engine_step_sequences", take: "sum" })],
      per: [source({ metric: "tacho_engine_step_sequences", take: "count" })],
    },
  },
];

const NO_RESET =
  "Over the last 60 seconds, where llama-server's is reset by whoever reads it. Absent, not 0, while no request ended in them.";

export const llamacpp: Dialect = {
  name: "llamacpp",
  title: "llama.cpp's llama-server",
  views: () => [...COUNTERS, ...GAUGES],
  waiting: [
    {
      name: "llamacpp:spec_decode_num_accepted_tokens_per_pos_total",
      needs: "counts of accepted guesses by their position",
    },
  ],
  notes: {
    "llamacpp:prompt_tokens_total":
      "Those computed again after a preemption included. Whole numbers are written out, where llama-server has six digits.",
    "llamacpp:prompt_seconds_total":
      "Steps that the prompts of several requests share count for each of them.",
    "llamacpp:tokens_predicted_seconds_total":
      "Steps that several requests share count for each of them; from a request's first token on.",
    "llamacpp:n_tokens_max": "Typed counter as there, though it is a high-water mark.",
    "llamacpp:n_decode_total": "One a step, however many parts llama.cpp computes it in.",
    "llamacpp:prompt_tokens_seconds": NO_RESET,
    "llamacpp:predicted_tokens_seconds": NO_RESET,
  },
};
