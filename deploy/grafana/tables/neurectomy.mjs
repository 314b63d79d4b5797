import { rising, stat, stateTimeline, timeseries, waiting } from "../panels.mjs";
import { HERE, MODEL, orNone, orZero, quantile, quantiles, rate, SERVER, sum } from "../promql.mjs";
import { serversAndModels } from "../variables.mjs";

const CIRCUITS = { 0: ["closed", "green"], 1: ["open", "red"], 2: ["half-open", "yellow"] };
const HEALTH = { 0: ["healthy", "green"], 1: ["degraded", "yellow"], 2: ["unhealthy", "red"] };

/** As in the alerts: without scrapes and probes, which on a quiet server are most of the requests, fast and never fail. */
const ASKED = `${HERE},endpoint!~"/metrics.*|/livez|/readyz|/health"`;
const failing = `(${orZero(sum(rate("neurectomy_http_requests_total", `${ASKED},status=~"5.."`)))}) / ${sum(rate("neurectomy_http_requests_total", ASKED))}`;
const engineFailing = `(${orZero(sum(rate("neurectomy_ryot_requests_total", `${MODEL},status=~"error|timeout"`)))}) / ${sum(rate("neurectomy_ryot_requests_total"))}`;

export default {
  uid: "neurectomy-api",
  title: "Neurectomy API on tacho",
  description: "Neurectomy's four dashboards in one, of the neurectomy dialect.",
  tags: ["tacho", "neurectomy"],
  variables: serversAndModels("neurectomy_http_requests_total", { models: "neurectomy_ryot_requests_total" }),
  rows: [
    {
      title: "System overview",
      panels: [
        stat("Requests", "reqps", "HTTP requests answered, a second.", {
          requests: sum(rate("neurectomy_http_requests_total", HERE)),
        }),
        stat(
          "Error rate",
          "percentunit",
          "Share of the HTTP requests, without scrapes and probes, answered with a status of 500 or above.",
          { errors: failing },
          rising([0.01, "yellow"], [0.05, "red"]),
        ),
        stat(
          "Latency, p95",
          "s",
          "From the arrival of an HTTP request to the last byte of its response, without scrapes and probes.",
          { p95: quantile(0.95, "neurectomy_http_request_duration_seconds", { matchers: ASKED }) },
          rising([1, "yellow"], [5, "red"]),
        ),
        stat("Active users", "short", "Distinct users of the last five minutes.", {
          users: `sum(neurectomy_active_users{${HERE}})`,
        }),
        stat("Tokens", "suffix: tok/s", "Tokens generated, a second.", {
          tokens: sum(rate("neurectomy_tokens_generated_total")),
        }),
        stat(
          "Engines down",
          "short",
          "Engine hosts whose circuit is not closed.",
          { down: `count(neurectomy_circuit_breaker_state{${HERE}} > 0) or vector(0)` },
          rising([1, "red"]),
        ),
        timeseries(
          "Requests by endpoint",
          "reqps",
          "HTTP requests answered, a second.",
          {
            "{{method}} {{endpoint}}": sum(
              rate("neurectomy_http_requests_total", HERE),
              "method",
              "endpoint",
            ),
          },
          { stack: true },
        ),
        timeseries(
          "Errors by endpoint",
          "reqps",
          "HTTP requests answered with a status of 500 or above, a second.",
          {
            "{{endpoint}} {{status}}": orNone(
              sum(rate("neurectomy_http_requests_total", `${HERE},status=~"5.."`), "endpoint", "status"),
              "endpoint",
            ),
          },
        ),
        timeseries(
          "Slow endpoints, p95",
          "s",
          "From the arrival of an HTTP request to the last byte of its response.",
          {
            "{{endpoint}}": quantile(0.95, "neurectomy_http_request_duration_seconds", {
              by: ["endpoint"],
              matchers: HERE,
            }),
          },
          rising([1, "red"]),
        ),
        timeseries(
          "Latency",
          "s",
          "The same for all endpoints together, without scrapes and probes.",
          quantiles("neurectomy_http_request_duration_seconds", { matchers: ASKED, of: [0.5, 0.95, 0.99] }),
        ),
        timeseries(
          "Request sizes",
          "bytes",
          "Bytes of requests' bodies.",
          quantiles("neurectomy_http_request_size_bytes", { matchers: HERE, of: [0.5, 0.95] }),
        ),
        timeseries(
          "Response sizes",
          "bytes",
          "Bytes of responses' bodies, streams included.",
          quantiles("neurectomy_http_response_size_bytes", { matchers: HERE, of: [0.5, 0.95] }),
        ),
        timeseries("CPU", "suffix: cores", "Cores that each process keeps busy.", {
          "{{process}}": sum(rate("process_cpu_seconds_total", SERVER), "process"),
        }),
        timeseries("Memory", "bytes", "Resident memory of each process.", {
          "{{process}}": `sum by (process) (process_resident_memory_bytes{${SERVER}})`,
        }),
        timeseries(
          "GPU memory",
          "bytes",
          "Device memory of the engine hosts.",
          { "GPU {{gpu}}": `neurectomy_ryot_gpu_memory_usage_bytes{${HERE}}` },
          { needs: "gpu" },
        ),
      ],
    },
    {
      title: "Service health: the engine",
      panels: [
        timeseries(
          "Requests",
          "reqps",
          "Requests handed to the engine that it has ended or lost, a second, by status.",
          { "{{status}}": sum(rate("neurectomy_ryot_requests_total"), "status") },
          { stack: true },
        ),
        timeseries(
          "Error rate",
          "percentunit",
          "Of these, the share that failed or ran out of time.",
          { failed: engineFailing },
          { min: 0, ...rising([0.1, "red"]) },
        ),
        timeseries(
          "Latency",
          "s",
          "From the handing of a request to the engine to the engine's last word about it.",
          quantiles("neurectomy_ryot_request_duration_seconds", { of: [0.5, 0.95, 0.99] }),
          rising([30, "red"]),
        ),
        timeseries(
          "Batch size",
          "short",
          "Sequences that one step decoded.",
          quantiles("neurectomy_ryot_batch_size"),
        ),
        stat(
          "Model loading",
          "s",
          "Time that the last load of each model took.",
          { "{{model}}": `max by (model) (neurectomy_ryot_model_loading_duration_seconds{${MODEL}})` },
          { height: 8 },
        ),
        stateTimeline(
          "Circuits",
          "short",
          "Closed: the engine host answers; open: it is down; half-open: it is being started again.",
          { "{{service}}": `max by (service) (neurectomy_circuit_breaker_state{${HERE}})` },
          {
            height: 8,
            values: CIRCUITS,
            thresholds: [
              [1, "red"],
              [2, "yellow"],
            ],
          },
        ),
        timeseries("Failures", "short", "Unasked ends of engine hosts.", {
          "{{service}}": orNone(
            `sum by (service) (increase(neurectomy_circuit_breaker_failures_total{${HERE}}[$__rate_interval]))`,
            "service",
          ),
        }),
        timeseries("Changes of circuits", "short", "Transitions between closed, open and half-open.", {
          "{{service}}: {{from_state}} to {{to_state}}": orNone(
            `sum by (service, from_state, to_state) (increase(neurectomy_circuit_breaker_state_changes_total{${HERE}}[$__rate_interval]))`,
            "service",
          ),
        }),
      ],
    },
    {
      title: "Business",
      panels: [
        timeseries(
          "Active users",
          "short",
          "Distinct users of the last five minutes.",
          {
            users: `sum(neurectomy_active_users{${HERE}})`,
          },
          { width: 5 },
        ),
        timeseries(
          "Tokens by model",
          "suffix: tok/s",
          "Tokens generated, a second.",
          {
            "{{model}}": sum(rate("neurectomy_ryot_tokens_generated_total"), "model"),
          },
          { width: 5 },
        ),
        timeseries(
          "Cost of a request",
          "suffix: ¢",
          "Mean cost of a request of each endpoint, in US cents, at the prices configured.",
          { "{{endpoint}}": `max by (endpoint) (neurectomy_cost_per_request{${HERE}})` },
          { width: 6, decimals: 3, needs: "price" },
        ),
        stat(
          "API keys",
          "short",
          "API keys that are accepted.",
          { keys: `sum(neurectomy_api_keys_active{${HERE}})` },
          { height: 8 },
        ),
        stat(
          "Tokens",
          "short",
          "Tokens generated since the servers' start.",
          { "{{model}}": `sum by (model) (neurectomy_tokens_generated_total{${MODEL}})` },
          { height: 8 },
        ),
      ],
    },
    {
      title: "Agent collective",
      panels: [
        stateTimeline(
          "Health of engine hosts",
          "short",
          "Each engine host stands for an agent.",
          { "{{agent_id}}": `max by (agent_id) (neurectomy_agent_health_status{${HERE}})` },
          {
            values: HEALTH,
            thresholds: [
              [1, "yellow"],
              [2, "red"],
            ],
          },
        ),
        waiting({
          "a compressed prompt cache":
            "compression requests, ratio, duration and sizes (`neurectomy_sigmalang_*`)",
          "an encrypted prompt cache":
            "storage operations, latency, capacity, encryption and snapshots (`neurectomy_sigmavault_*`)",
          "accounting by user": "requests per user (`neurectomy_requests_per_user`)",
          "kubelet and cAdvisor": "CPU and memory of pods (`container_*`), which Kubernetes itself shows",
        }),
      ],
    },
  ],
};
