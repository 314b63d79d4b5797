import type { DerivedValue, ViewProduct } from "../../telemetry/index.js";
import { RYOT } from "../bounds.js";
import type { Dialect, DialectFacts } from "../dialect.js";
import { ERROR_CLASSES } from "./error-classes.js";
import { STATUSES } from "./outcomes.js";
import {
  byCase,
  counter,
  derived,
  derivedFrom,
  gauge,
  histogram,
  info,
  is,
  of,
  perSecond,
  ratio,
  WINDOW,
} from "./view-forms.js";

const MODEL = ["model"] as const;
const GPU = { model: "model", gpu_id: "gpu" } as const;
const PERCENT = 100;
const MINUTE = 60;
const SPEED_WINDOW = 5;
/** A model that let its GPUs go is gone from them by then. */
const HELD_WINDOW = 5;

const ERRORS = {
  timeout: ERROR_CLASSES.timeout,
  invalid_input: ERROR_CLASSES.invalid,
  runtime_error: [...ERROR_CLASSES.engine, ...ERROR_CLASSES.shutdown],
  unknown: ERROR_CLASSES.internal,
} as const;

const requests = () => [
  counter(
    "ryot_inference_requests_total",
    "Requests for text, embeddings or ranking that ended, each counted once, by status.",
    byCase("tacho_requests_total", "outcome", STATUSES, "status", { model: "model" }),
  ),
  histogram(
    "ryot_inference_request_duration_seconds",
    "Time from the arrival of a request for text, embeddings or ranking to its end, whatever its outcome.",
    of("tacho_request_duration_seconds", MODEL),
    RYOT.requestSeconds,
  ),
  histogram(
    "ryot_inference_ttft_seconds",
    "Time from the arrival of a request to the front's taking over of its first token, once a request.",
    of("tacho_time_to_first_token_seconds", MODEL),
    RYOT.ttftSeconds,
  ),
  histogram(
    "ryot_inference_inter_token_latency_seconds",
    "Time between the ends of the steps that sampled two consecutive tokens of one request.",
    of("tacho_inter_token_latency_seconds", MODEL),
    RYOT.interTokenSeconds,
  ),
  counter(
    "ryot_inference_errors_total",
    "Requests that ended with an error, by what went wrong.",
    byCase("tacho_request_errors_total", "code", ERRORS, "error_type", { model: "model" }),
  ),
  gauge("ryot_inference_queue_size", "Requests in the admission queue.", of("tacho_requests_waiting", MODEL)),
  histogram(
    "ryot_inference_queue_wait_seconds",
    "Time from the arrival of a request to the start of the first step that holds a token of it.",
    of("tacho_request_queue_duration_seconds", MODEL),
    RYOT.queueSeconds,
  ),
];

const tokens = () => [
  counter(
    "ryot_tokens_generated_total",
    "Tokens sampled for requests.",
    of("tacho_generation_tokens_total", MODEL),
  ),
  histogram(
    "ryot_tokens_per_request",
    "Tokens sampled for one request, counted when the engine ended it.",
    of("tacho_request_generation_tokens", MODEL),
    RYOT.tokensPerRequest,
  ),
  perSecond(
    "ryot_tokens_per_second",
    "Tokens sampled a second over the last 5 s.",
    SPEED_WINDOW,
    of("tacho_generation_tokens_total", MODEL),
  ),
  perSecond(
    "ryot_average_tokens_per_minute",
    "Tokens sampled in the last minute.",
    WINDOW,
    of("tacho_generation_tokens_total", MODEL),
    MINUTE,
  ),
];

const model = () => [
  gauge(
    "ryot_model_loading_duration_seconds",
    "Time the last load of the model took, from opening the file to a ready context.",
    of("tacho_model_last_load_duration_seconds", MODEL),
  ),
  ratio(
    "ryot_model_cache_hit_ratio",
    "Share of the last minute's prompt tokens whose keys and values were already in the KV cache.",
    WINDOW,
    of("tacho_cached_prompt_tokens_total", MODEL),
    of("tacho_prompt_tokens_total", MODEL),
  ),
  histogram(
    "ryot_batch_size",
    "Sequences that took part in one step.",
    of("tacho_engine_step_sequences", MODEL),
    RYOT.batchSize,
  ),
  counter(
    "ryot_batches_processed_total",
    "Steps in which at least one token was sampled.",
    of("tacho_engine_generation_steps_total", MODEL),
  ),
];

const memory = (part?: "weights" | "kv_cache") =>
  of("tacho_model_memory_bytes", MODEL, part && { where: { part } });
const cells = of("tacho_kv_cells", MODEL);
/** Those of ended requests are given up when needed, and so count as free. */
const usedCells = [
  of("tacho_kv_cells_used", MODEL),
  of("tacho_prefix_cache_cells", MODEL, { scale: -1 }),
] as const;
const heldBy = (labels: Parameters<typeof of>[1]) => of("tacho_gpu_held_seconds_total", labels);

/** A model's bytes on each of the GPUs that it holds: the same share on each. */
const onGpus = (times: ViewProduct["times"], per: ViewProduct["times"] = []): DerivedValue => ({
  over: HELD_WINDOW,
  derive: { times: [heldBy(GPU), ...times], per: [heldBy(MODEL), ...per] },
});

const resources = () => [
  derivedFrom(
    "ryot_gpu_memory_usage_bytes",
    "Bytes of the model's weights and of the KV cells that running requests hold, on each of the GPUs that it holds.",
    [onGpus([memory("weights")]), onGpus([memory("kv_cache"), usedCells], [cells])],
  ),
  derivedFrom(
    "ryot_gpu_memory_reserved_bytes",
    "Bytes that the loaded model takes, its weights and its whole KV cache, on each of the GPUs that it holds.",
    [onGpus([memory()])],
  ),
  derived(
    "ryot_gpu_utilization_percent",
    "Percent of the last sample period (1/6 to 1 s) in which a kernel ran on a GPU that the model holds.",
    HELD_WINDOW,
    {
      times: [heldBy(GPU), of("tacho_gpu_utilization_ratio", { gpu_id: "gpu" })],
      per: [heldBy(GPU)],
      scale: PERCENT,
    },
  ),
  derivedFrom(
    "ryot_memory_efficiency_ratio",
    "Bytes of the model's weights and of the KV cells that running requests hold, divided by the bytes that the model takes.",
    [
      { over: 0, derive: { times: [memory("weights")], per: [memory()] } },
      { over: 0, derive: { times: [memory("kv_cache"), usedCells], per: [memory(), cells] } },
    ],
  ),
];

const installation = ({ version }: DialectFacts) => [
  info(
    "ryot_system_info",
    "Version of this server, and the engine under it.",
    of("tacho_node_info", { version: is(version), engine: is("llama.cpp") }),
  ),
  info("ryot_model_info", "A loaded model.", of("tacho_model_info", { models: "model" })),
];

export const ryot: Dialect = {
  name: "ryot",
  title: "Ryot LLM",
  views: (facts) => [requests, tokens, model, resources, installation].flatMap((group) => group(facts)),
  waiting: [{ name: "ryot_inference_retries_total", needs: "retries of lost requests" }],
  notes: {
    ryot_inference_requests_total:
      "status is success, error, timeout, cancelled or rejected (turned away before the engine heard of it).",
    ryot_inference_errors_total:
      "error_type is timeout, invalid_input, runtime_error or unknown. What runs out of memory, or fails in CUDA, ends the engine host and is a runtime_error. Requests turned away are none.",
    ryot_tokens_generated_total: "Each token once.",
    ryot_tokens_per_second: "Of all requests together, not of the last one.",
    ryot_average_tokens_per_minute: "Over the last 60 s.",
    ryot_model_cache_hit_ratio:
      "Of the KV cache, as the original's help says, not of model files, as its name does.",
    ryot_gpu_memory_usage_bytes:
      "By llama.cpp's own accounts, without its compute buffers and without cells that only cache ended requests. Of a model on several GPUs each shows the same share.",
    ryot_gpu_memory_reserved_bytes:
      "As ryot_gpu_memory_usage_bytes, with the KV cells that no running request holds.",
    ryot_memory_efficiency_ratio:
      "Of the memory allocated wherever the model lies, without a GPU too. Cells that only cache ended requests count as free. It is low while there is room, so an alert on little memory fires above a bound, not below one; but where the weights are most of the memory it is near 1 with an empty cache, so ours asks for the KV cells alone.",
    ryot_system: "Shown as ryot_system_info, as the original's client does.",
    ryot_model:
      "Shown as ryot_model_info, a series a model, where the original has a list with commas in one label.",
  },
};
