import { rising, SHARE, stat, timeseries } from "../panels.mjs";
import { failedShare, HERE, kvShare, MODEL, orNone, orZero, quantiles, rate, sum } from "../promql.mjs";
import { ENGINE_HOST_ENDED, TACHO } from "../variables.mjs";

const TOKENS = "suffix: tok/s";

export default {
  uid: "tacho-overview",
  title: "tacho / Overview",
  description: "Whether the servers serve: traffic, latency, tokens, errors, and what room they have left.",
  tags: ["tacho"],
  variables: TACHO,
  annotations: [ENGINE_HOST_ENDED],
  rows: [
    {
      title: "Now",
      panels: [
        stat("Servers", "short", "Servers that answered the last scrape.", {
          up: `sum(up{${HERE}} and on (job, instance) tacho_build_info)`,
        }),
        stat("Models ready", "short", "Models that are loaded and whose engine host answers.", {
          models: `sum(tacho_models_loaded{${HERE}})`,
        }),
        stat("Requests", "reqps", "Requests for text, embeddings or ranking that ended, a second.", {
          requests: sum(rate("tacho_requests_total")),
        }),
        stat("Generated tokens", TOKENS, "Tokens sampled, a second, for all requests together.", {
          tokens: sum(rate("tacho_generation_tokens_total")),
        }),
        stat(
          "Failed requests",
          "percentunit",
          "Share of the ended requests that ended with an error, in a timeout or turned away.",
          { failed: failedShare() },
          rising([0.001, "yellow"], [0.01, "red"]),
        ),
        stat(
          "KV cells in use",
          "percentunit",
          "Share of the KV cells that running requests hold; those of ended requests count as free.",
          { used: kvShare() },
          rising([0.85, "yellow"], [0.95, "red"]),
        ),
      ],
    },
    {
      title: "Traffic",
      panels: [
        timeseries(
          "Requests by outcome",
          "reqps",
          "Requests that ended, a second, by how; each is counted once.",
          { "{{outcome}}": sum(rate("tacho_requests_total"), "outcome") },
          { stack: true },
        ),
        timeseries(
          "Running and waiting",
          "short",
          "Requests that the engine works on, and those in the admission queue.",
          {
            running: `sum(tacho_requests_running{${MODEL}})`,
            waiting: `sum(tacho_requests_waiting{${MODEL}})`,
          },
        ),
        timeseries(
          "Turned away",
          "reqps",
          "Requests refused before the engine heard of them, a second, by reason.",
          { "{{reason}}": orNone(sum(rate("tacho_admission_rejections_total"), "reason"), "reason") },
          { stack: true },
        ),
      ],
    },
    {
      title: "Latency",
      panels: [
        timeseries(
          "Time to first token",
          "s",
          "From the arrival of a request to the front's taking over of its first token.",
          quantiles("tacho_time_to_first_token_seconds"),
        ),
        timeseries(
          "Gap between tokens",
          "s",
          "Between the ends of the steps that sampled two consecutive tokens of one request.",
          quantiles("tacho_inter_token_latency_seconds"),
        ),
        timeseries(
          "Request duration",
          "s",
          "From the arrival of a request to its end, whatever its outcome.",
          quantiles("tacho_request_duration_seconds"),
        ),
      ],
    },
    {
      title: "Work and machine",
      panels: [
        timeseries(
          "Tokens",
          TOKENS,
          "Tokens generated, and prompt tokens computed or found in the KV cache, a second.",
          {
            generated: sum(rate("tacho_generation_tokens_total")),
            "prompt, computed": sum(rate("tacho_prefilled_tokens_total")),
            "prompt, cached": sum(rate("tacho_cached_prompt_tokens_total")),
          },
        ),
        timeseries("CPU", "suffix: cores", "Cores that each process keeps busy.", {
          "{{process}}": sum(rate("process_cpu_seconds_total", HERE), "process"),
        }),
        timeseries(
          "Resident memory",
          "bytes",
          "Memory of each process that lies in RAM; that of GPUs is not part of it.",
          {
            "{{process}}": `sum by (process) (process_resident_memory_bytes{${HERE}})`,
          },
        ),
        timeseries(
          "GPU utilisation",
          "percentunit",
          "Share of the last sample period in which a kernel ran on the GPU.",
          { "{{instance}} GPU {{gpu}}": `tacho_gpu_utilization_ratio{${HERE}}` },
          { ...SHARE, needs: "gpu" },
        ),
        timeseries(
          "GPU memory in use",
          "percentunit",
          "Share of the device memory that is allocated, by whichever process.",
          {
            "{{instance}} GPU {{gpu}}": `tacho_gpu_memory_used_bytes{${HERE}} / tacho_gpu_memory_total_bytes{${HERE}}`,
          },
          { ...SHARE, needs: "gpu" },
        ),
        timeseries("Engine hosts lost", "short", "Engine hosts that ended unasked; each is started again.", {
          lost: orZero(`sum(increase(tacho_engine_host_failures_total{${MODEL}}[$__rate_interval]))`),
        }),
      ],
    },
  ],
};
