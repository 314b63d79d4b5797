import { rising, SHARE, stat, timeseries } from "../panels.mjs";
import { HERE, kvShare, MODEL, orZero, quantiles, rate, sum } from "../promql.mjs";
import {
  FAILED_REQUESTS,
  FIRST_TOKEN,
  REQUESTS_BY_OUTCOME,
  TOKEN_GAPS,
  TOKENS_A_SECOND,
  TURNED_AWAY,
} from "../shared-panels.mjs";
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
        FAILED_REQUESTS,
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
        REQUESTS_BY_OUTCOME,
        timeseries(
          "Running and waiting",
          "short",
          "Requests that the engine works on, and those in the admission queue.",
          {
            running: `sum(tacho_requests_running{${MODEL}})`,
            waiting: `sum(tacho_requests_waiting{${MODEL}})`,
          },
        ),
        TURNED_AWAY,
      ],
    },
    {
      title: "Latency",
      panels: [
        FIRST_TOKEN,
        TOKEN_GAPS,
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
        TOKENS_A_SECOND,
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
