import type { AnyViewSpec } from "../../telemetry/index.js";
import { REQUEST_TOKENS, STEP_SIZES, TGI } from "../bounds.js";
import type { Dialect } from "../dialect.js";
import { viewsLabelled, type LabelledSource } from "./labelled-views.js";

/** TGI has one model a server, and labels none: all are added up. */
const { counter, gauge, histogram } = viewsLabelled({});

/** Its words for our outcomes. */
const FAILURES = [
  ["overloaded", "rejected"],
  ["validation", "invalid"],
  ["incomplete", "timeout"],
  ["generation", "error"],
  ["dropped", "cancelled"],
] as const;

const DECODE = { extra: { method: "decode" } } as const;

function failed([err, outcome]: (typeof FAILURES)[number]): LabelledSource {
  return { metric: "tacho_requests_total", where: { outcome }, extra: { err } };
}

const NUMBERS: readonly AnyViewSpec[] = [
  gauge(
    "tgi_batch_current_size",
    "Requests handed to the engine and not yet ended.",
    "tacho_requests_running",
  ),
  gauge("tgi_batch_max_total_tokens", "Tokens that running requests may hold together.", "tacho_kv_cells"),
  gauge("tgi_queue_size", "Requests not yet handed to the engine.", "tacho_requests_waiting"),
  counter("tgi_request_count", "Requests that ended.", "tacho_requests_total"),
  counter("tgi_request_success", "Requests that ended with an answer.", {
    metric: "tacho_requests_total",
    where: { outcome: ["stop", "length"] },
  }),
  counter("tgi_request_failure", "Requests that ended without a whole answer, by why.", FAILURES.map(failed)),
  counter("tgi_batch_inference_count", "Steps of the decode loop.", {
    metric: "tacho_engine_step_duration_seconds",
    take: "count",
    ...DECODE,
  }),
];

const DURATIONS: readonly AnyViewSpec[] = [
  histogram(
    "tgi_request_duration",
    "Seconds from the arrival of a request to its end.",
    "tacho_request_duration_seconds",
    TGI.seconds,
  ),
  histogram(
    "tgi_request_validation_duration",
    "Seconds from a prompt's arrival in the engine host to its being tokenised.",
    { metric: "tacho_stage_duration_seconds", where: { stage: "assemble" } },
    TGI.seconds,
  ),
  histogram(
    "tgi_request_queue_duration",
    "Seconds from the arrival of a request to the start of its first step.",
    "tacho_request_queue_duration_seconds",
    TGI.seconds,
  ),
  histogram(
    "tgi_request_inference_duration",
    "Seconds from the start of a request's first step to its last token.",
    "tacho_request_inference_duration_seconds",
    TGI.seconds,
  ),
  histogram(
    "tgi_request_mean_time_per_token_duration",
    "Seconds of a request's decode divided by its tokens after the first.",
    "tacho_request_time_per_output_token_seconds",
    TGI.seconds,
  ),
  histogram(
    "tgi_batch_inference_duration",
    "Seconds from the building of a step's batch to the sampling of its last token.",
    { metric: "tacho_engine_step_duration_seconds", ...DECODE },
    TGI.seconds,
  ),
];

const LENGTHS: readonly AnyViewSpec[] = [
  histogram(
    "tgi_request_input_length",
    "Prompt tokens of one request.",
    "tacho_request_prompt_tokens",
    REQUEST_TOKENS,
  ),
  histogram(
    "tgi_request_generated_tokens",
    "Tokens sampled for one request.",
    "tacho_request_generation_tokens",
    REQUEST_TOKENS,
  ),
  histogram(
    "tgi_request_max_new_tokens",
    "The most tokens that a request allowed for its answer.",
    "tacho_request_max_tokens",
    REQUEST_TOKENS,
  ),
  histogram(
    "tgi_batch_next_size",
    "Sequences that took part in one step.",
    "tacho_engine_step_sequences",
    STEP_SIZES,
  ),
];

/** A feature, and the metrics that wait for it, without their beginning. */
const WAITING: Readonly<Record<string, readonly string[]>> = {
  "the tokens that the running requests may come to": ["batch_current_max_tokens"],
  "counts of steps by whether they failed": ["batch_inference_success", "batch_inference_failure"],
  "batches that are put together: here each step takes up whoever came": [
    "batch_concat",
    "batch_concat_duration",
    "batch_filter_duration",
  ],
  "the parts of a step timed apart": ["batch_forward_duration", "batch_decode_duration"],
  "the guessed tokens of each request": ["request_skipped_tokens"],
};

const OWN_BOUNDS = "TGI's bounds depend on its configuration; ours are our own, 1 to 1,000,000.";
const MIXED = "Steps have parts of prompts and tokens of answers together: all count as decode.";

export const tgi: Dialect = {
  name: "tgi",
  title: "Hugging Face Text Generation Inference",
  views: () => [...NUMBERS, ...DURATIONS, ...LENGTHS],
  waiting: Object.entries(WAITING).flatMap(([needs, names]) =>
    names.map((name) => ({ name: `tgi_${name}`, needs })),
  ),
  notes: {
    tgi_request_count: "Counted when a request ends, not when it comes; embeddings and rankings included.",
    tgi_request_success: "Embeddings and rankings included.",
    tgi_request_failure:
      "A chat template that fails counts as validation, not as template; incomplete are those that ran out of time, dropped those whose client left.",
    tgi_batch_inference_count: MIXED,
    tgi_batch_inference_duration: MIXED,
    tgi_request_duration: "Requests of every outcome, not of the successful ones alone.",
    tgi_request_validation_duration:
      "The chat template and the tokeniser; the checks of the front take next to nothing.",
    tgi_request_mean_time_per_token_duration:
      "Of the tokens after the first, in requests of two or more; TGI divides the whole inference by all tokens.",
    tgi_request_input_length: OWN_BOUNDS,
    tgi_request_generated_tokens: OWN_BOUNDS,
    tgi_request_max_new_tokens: `Only requests that set a limit. ${OWN_BOUNDS}`,
    tgi_batch_next_size: "Every step's size, in twelve buckets: TGI has 1,024.",
  },
};
