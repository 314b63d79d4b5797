import { HERE, MODEL, orNone, orZero, quantiles, rate, sum } from "../promql.mjs";
import { TACHO } from "../variables.mjs";

const notStopped = 'outcome=~"error|timeout|rejected"';

export default {
  uid: "tacho-overview",
  title: "tacho / Overview",
  description: "Whether the servers serve: traffic, latency, tokens, errors and what they have left.",
  tags: ["tacho"],
  variables: TACHO,
  annotations: [
    {
      name: "Engine host ended",
      expr: `sum by (model) (increase(tacho_engine_host_failures_total{${MODEL}}[$__rate_interval])) > 0`,
      title: "An engine host of {{model}} ended unasked",
      color: "red",
    },
  ],
  rows: [
    {
      title: "Now",
      panels: [
        {
          kind: "stat",
          title: "Servers up",
          description: "Scrape targets that answered the last scrape.",
          unit: "short",
          queries: [{ expr: `sum(up{${HERE}} and on (job, instance) tacho_build_info)`, legend: "up" }],
          thresholds: [],
        },
        {
          kind: "stat",
          title: "Models ready",
          description: "Models that are loaded and whose engine host answers.",
          unit: "short",
          queries: [{ expr: `sum(tacho_models_loaded{${HERE}})`, legend: "models" }],
        },
        {
          kind: "stat",
          title: "Requests",
          description: "Requests for text, embeddings or ranking that ended, a second.",
          unit: "reqps",
          queries: [{ expr: sum(rate("tacho_requests_total")), legend: "requests" }],
        },
        {
          kind: "stat",
          title: "Generated tokens",
          description: "Tokens sampled a second, all requests together.",
          unit: "suffix: tok/s",
          queries: [{ expr: sum(rate("tacho_generation_tokens_total")), legend: "tokens" }],
        },
        {
          kind: "stat",
          title: "Failed requests",
          description: "Share of the requests that ended with an error, in a timeout or turned away.",
          unit: "percentunit",
          thresholds: [
            [0.001, "yellow"],
            [0.01, "red"],
          ],
          queries: [
            {
              expr: `(${sum(rate("tacho_requests_total", `${MODEL},${notStopped}`))} or vector(0)) / ${sum(rate("tacho_requests_total"))}`,
              legend: "failed",
            },
          ],
        },
        {
          kind: "stat",
          title: "KV cells in use",
          description: "Share of the KV cells that hold a token of a running or a cached sequence.",
          unit: "percentunit",
          thresholds: [
            [0.85, "yellow"],
            [0.95, "red"],
          ],
          queries: [
            { expr: `sum(tacho_kv_cells_used{${MODEL}}) / sum(tacho_kv_cells{${MODEL}})`, legend: "used" },
          ],
        },
      ],
    },
    {
      title: "Traffic",
      panels: [
        {
          kind: "timeseries",
          title: "Requests by outcome",
          description: "Requests that ended, a second, by how; each is counted once.",
          unit: "reqps",
          stack: true,
          queries: [{ expr: sum(rate("tacho_requests_total"), "outcome"), legend: "{{outcome}}" }],
        },
        {
          kind: "timeseries",
          title: "Running and waiting",
          description: "Requests that the engine works on, and those in the admission queue.",
          unit: "short",
          queries: [
            { expr: `sum(tacho_requests_running{${MODEL}})`, legend: "running" },
            { expr: `sum(tacho_requests_waiting{${MODEL}})`, legend: "waiting" },
          ],
        },
        {
          kind: "timeseries",
          title: "Turned away",
          description: "Requests refused before the engine heard of them, a second, by reason.",
          unit: "reqps",
          stack: true,
          queries: [
            {
              expr: orNone(sum(rate("tacho_admission_rejections_total"), "reason"), "reason"),
              legend: "{{reason}}",
            },
          ],
        },
      ],
    },
    {
      title: "Latency",
      panels: [
        {
          kind: "timeseries",
          title: "Time to first token",
          description: "From the arrival of a request to the front's taking over of its first token.",
          unit: "s",
          queries: quantiles("tacho_time_to_first_token_seconds"),
        },
        {
          kind: "timeseries",
          title: "Gap between tokens",
          description: "Between the ends of the steps that sampled two consecutive tokens of one request.",
          unit: "s",
          queries: quantiles("tacho_inter_token_latency_seconds"),
        },
        {
          kind: "timeseries",
          title: "Request duration",
          description: "From the arrival of a request to its end, whatever its outcome.",
          unit: "s",
          queries: quantiles("tacho_request_duration_seconds"),
        },
      ],
    },
    {
      title: "Work and machine",
      panels: [
        {
          kind: "timeseries",
          title: "Tokens",
          description:
            "Prompt tokens computed, prompt tokens found in the KV cache, and tokens generated, a second.",
          unit: "suffix: tok/s",
          queries: [
            { expr: sum(rate("tacho_generation_tokens_total")), legend: "generated" },
            { expr: sum(rate("tacho_prefilled_tokens_total")), legend: "prompt, computed" },
            { expr: sum(rate("tacho_cached_prompt_tokens_total")), legend: "prompt, cached" },
          ],
        },
        {
          kind: "timeseries",
          title: "CPU",
          description: "Cores that each process keeps busy.",
          unit: "suffix: cores",
          queries: [{ expr: sum(rate("process_cpu_seconds_total", HERE), "process"), legend: "{{process}}" }],
        },
        {
          kind: "timeseries",
          title: "Resident memory",
          description: "Memory of each process that lies in RAM; memory of GPUs is not part of it.",
          unit: "bytes",
          queries: [
            { expr: `sum by (process) (process_resident_memory_bytes{${HERE}})`, legend: "{{process}}" },
          ],
        },
        {
          kind: "timeseries",
          title: "GPU utilisation",
          description: "Share of the last sample period in which a kernel ran on the GPU.",
          unit: "percentunit",
          min: 0,
          max: 1,
          needs: "gpu",
          queries: [{ expr: `tacho_gpu_utilization_ratio{${HERE}}`, legend: "{{instance}} GPU {{gpu}}" }],
        },
        {
          kind: "timeseries",
          title: "GPU memory in use",
          description: "Share of the device memory that is allocated, by whichever process.",
          unit: "percentunit",
          min: 0,
          max: 1,
          needs: "gpu",
          queries: [
            {
              expr: `tacho_gpu_memory_used_bytes{${HERE}} / tacho_gpu_memory_total_bytes{${HERE}}`,
              legend: "{{instance}} GPU {{gpu}}",
            },
          ],
        },
        {
          kind: "timeseries",
          title: "Engine hosts lost",
          description: "Engine hosts that ended unasked; each is started again.",
          unit: "short",
          queries: [
            {
              expr: orZero(`sum(increase(tacho_engine_host_failures_total{${MODEL}}[$__rate_interval]))`),
              legend: "lost",
            },
          ],
        },
      ],
    },
  ],
};
