import { heatmap, rising, SHARE, stat, timeseries, waiting } from "../panels.mjs";
import { buckets, mean, MODEL, orNone, quantile, quantiles, rate, sum } from "../promql.mjs";
import { serversAndModels } from "../variables.mjs";

const of = (metric) => `${metric}{${MODEL}}`;

export default {
  uid: "ryot-llm",
  title: "Ryot LLM on tacho",
  description: "Ryot LLM's metrics by their sections, of the ryot dialect.",
  tags: ["tacho", "ryot"],
  variables: serversAndModels("ryot_inference_requests_total"),
  rows: [
    {
      title: "Inference requests",
      panels: [
        timeseries(
          "Requests",
          "reqps",
          "Requests that ended, a second, by status.",
          { "{{status}}": sum(rate("ryot_inference_requests_total"), "status") },
          { stack: true },
        ),
        timeseries(
          "Slowest models, p95",
          "s",
          "From the arrival of a request to its last token.",
          { "{{model}}": quantile(0.95, "ryot_inference_request_duration_seconds", { by: ["model"] }) },
          rising([10, "red"]),
        ),
        heatmap(
          "Request duration",
          "s",
          "How many requests took how long.",
          { "{{le}}": buckets("ryot_inference_request_duration_seconds") },
          { width: 8 },
        ),
        timeseries(
          "Time to first token",
          "s",
          "From the arrival of a request to its first token; below 50 ms is good, above 1 s is pressure.",
          quantiles("ryot_inference_ttft_seconds", { of: [0.5, 0.95, 0.99] }),
          rising([0.05, "yellow"], [1, "red"]),
        ),
        timeseries("Time to first token by model, median", "s", "The same for each model.", {
          "{{model}}": quantile(0.5, "ryot_inference_ttft_seconds", { by: ["model"] }),
        }),
        timeseries(
          "Gap between tokens",
          "s",
          "Between two consecutive tokens of one request; below 50 ms reads smoothly.",
          quantiles("ryot_inference_inter_token_latency_seconds", { of: [0.5, 0.95, 0.99] }),
          rising([0.05, "red"]),
        ),
      ],
    },
    {
      title: "Token generation",
      panels: [
        timeseries("Tokens", "suffix: tok/s", "Tokens generated, a second.", {
          "{{model}}": sum(rate("ryot_tokens_generated_total"), "model"),
        }),
        timeseries("Tokens per second", "suffix: tok/s", "The gauge that the server computes itself.", {
          "{{model}}": `sum by (model) (${of("ryot_tokens_per_second")})`,
        }),
        timeseries(
          "Tokens per minute",
          "suffix: tok/min",
          "Over the last minute, as the server computes it.",
          { "{{model}}": `sum by (model) (${of("ryot_average_tokens_per_minute")})` },
        ),
        timeseries(
          "Tokens of a request",
          "short",
          "Tokens generated for the requests that ended.",
          quantiles("ryot_tokens_per_request"),
        ),
        stat(
          "Mean tokens of a request",
          "short",
          "The same, on average.",
          { tokens: mean("ryot_tokens_per_request") },
          { height: 8 },
        ),
      ],
    },
    {
      title: "Model performance",
      panels: [
        stat(
          "Model loading",
          "s",
          "Time that the last load of each model took.",
          { "{{model}}": `max by (model) (${of("ryot_model_loading_duration_seconds")})` },
          { height: 8 },
        ),
        timeseries(
          "Prompt tokens found in the cache",
          "percentunit",
          "Share of the prompt tokens that were in the KV cache.",
          { "{{model}}": `avg by (model) (${of("ryot_model_cache_hit_ratio")})` },
          { width: 7, ...SHARE },
        ),
        timeseries(
          "Sequences in a batch",
          "short",
          "Sequences that one step decoded.",
          quantiles("ryot_batch_size"),
          { width: 7 },
        ),
        timeseries(
          "Batches",
          "ops",
          "Steps that generated, a second.",
          { "{{model}}": sum(rate("ryot_batches_processed_total"), "model") },
          { width: 6 },
        ),
      ],
    },
    {
      title: "Resources",
      panels: [
        timeseries(
          "GPU memory",
          "bytes",
          "Device memory in use, and reserved for weights and KV cache.",
          {
            "{{model}} GPU {{gpu_id}} used": of("ryot_gpu_memory_usage_bytes"),
            "{{model}} GPU {{gpu_id}} reserved": of("ryot_gpu_memory_reserved_bytes"),
          },
          { needs: "gpu" },
        ),
        timeseries(
          "GPU utilisation",
          "percent",
          "Share of the time in which a kernel ran.",
          { "{{model}} GPU {{gpu_id}}": of("ryot_gpu_utilization_percent") },
          { min: 0, max: 100, needs: "gpu" },
        ),
        timeseries(
          "Memory efficiency",
          "percentunit",
          "Of the memory reserved for a model, the share that its weights and running requests use; always near 1 where weights are most of it.",
          { "{{model}}": of("ryot_memory_efficiency_ratio") },
          SHARE,
        ),
      ],
    },
    {
      title: "Errors and queue",
      panels: [
        timeseries("Errors", "reqps", "Requests that failed, a second, by type.", {
          "{{model}} {{error_type}}": orNone(
            sum(rate("ryot_inference_errors_total"), "model", "error_type"),
            "error_type",
          ),
        }),
        timeseries("Queue", "short", "Requests that wait for their model.", {
          "{{model}}": `sum by (model) (${of("ryot_inference_queue_size")})`,
        }),
        timeseries(
          "Wait in the queue",
          "s",
          "From the arrival of a request to its first step.",
          quantiles("ryot_inference_queue_wait_seconds", { of: [0.5, 0.95, 0.99] }),
        ),
        waiting({ "a retry policy": "retries (`ryot_inference_retries_total`)" }),
      ],
    },
  ],
};
