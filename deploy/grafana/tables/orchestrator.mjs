import { rising, stat, timeseries } from "../panels.mjs";
import { HERE, mean, orNone, orZero, quantile, quantiles, rate, sum } from "../promql.mjs";
import { servers } from "../variables.mjs";

const ofStages = (q) => quantile(q, "orchestrator_stage_duration_seconds", { by: ["stage"], matchers: HERE });
const total = (metric) => orZero(`sum(${metric}{${HERE}})`);
/** A request enters a stage at most once; those that were refused at its door never did. */
const offered = `(${sum(rate("orchestrator_requests_total", `${HERE},stage="inference"`))} + (${orZero(sum(rate("orchestrator_requests_shed_total", HERE)))}))`;

export default {
  uid: "prompt-orchestrator",
  title: "Prompt orchestrator on tacho",
  description: "The panels of the prompt orchestrator's dashboard, of the orchestrator dialect.",
  tags: ["tacho", "orchestrator"],
  variables: servers("orchestrator_requests_total"),
  rows: [
    {
      title: "Overview",
      panels: [
        timeseries("Request rate", "reqps", "Requests that entered a stage, a second.", {
          "{{stage}}": sum(rate("orchestrator_requests_total", HERE), "stage"),
        }),
        {
          ...stat(
            "Stage latency, p95",
            "s",
            "From a request's entering of a stage to its leaving of it.",
            { "{{stage}}": ofStages(0.95) },
            rising([1, "yellow"], [5, "red"]),
          ),
          kind: "gauge",
          width: 8,
          height: 8,
        },
        timeseries(
          "Latency percentiles",
          "s",
          "The same over time.",
          [0.5, 0.95, 0.99].map((q) => ({ legend: `p${q * 100} {{stage}}`, expr: ofStages(q) })),
        ),
        timeseries("Mean latency", "s", "Mean time in a stage.", {
          "{{stage}}": mean("orchestrator_stage_duration_seconds", { by: ["stage"], matchers: HERE }),
        }),
        timeseries(
          "Whole requests",
          "s",
          "From the arrival of a request to its end.",
          quantiles("orchestrator_request_duration_seconds", { matchers: HERE, of: [0.5, 0.95, 0.99] }),
        ),
        timeseries(
          "Time to first token",
          "s",
          "From the arrival of a request to its first token.",
          quantiles("orchestrator_ttft_seconds", { matchers: HERE, of: [0.5, 0.95, 0.99] }),
        ),
      ],
    },
    {
      title: "Performance",
      panels: [
        timeseries("Queue depth", "short", "Requests that wait for a stage.", {
          "{{stage}}": `sum by (stage) (orchestrator_queue_depth{${HERE}})`,
        }),
        timeseries(
          "Highest and mean queue depth",
          "short",
          "Of the last five minutes, for the inference stage.",
          {
            highest: `max(max_over_time(orchestrator_queue_depth{${HERE},stage="inference"}[5m]))`,
            mean: `avg(avg_over_time(orchestrator_queue_depth{${HERE},stage="inference"}[5m]))`,
          },
        ),
        timeseries(
          "Backpressure",
          "reqps",
          "Requests that a stage refused because its queue was full, a second.",
          { "{{stage}}": orNone(sum(rate("orchestrator_requests_shed_total", HERE), "stage"), "stage") },
          { bars: true, stack: true },
        ),
        timeseries(
          "Refused share",
          "percentunit",
          "Of all requests for inference, the share that some stage refused.",
          { refused: `(${orZero(sum(rate("orchestrator_requests_shed_total", HERE)))}) / ${offered}` },
          { min: 0 },
        ),
        timeseries("Tokens", "suffix: tok/s", "Tokens generated, a second, by kind of worker.", {
          "{{worker_type}}": sum(rate("orchestrator_tokens_generated_total", HERE), "worker_type"),
        }),
        timeseries("Errors", "reqps", "Failures of a stage, a second, by type.", {
          "{{stage}} {{error_type}}": orNone(
            sum(rate("orchestrator_errors_total", HERE), "stage", "error_type"),
            "stage",
          ),
        }),
      ],
    },
    {
      title: "Summary",
      panels: [
        stat(
          "Total requests",
          "short",
          "Requests that entered the inference stage since the servers' start.",
          { requests: `sum(orchestrator_requests_total{${HERE},stage="inference"})` },
          { width: 5 },
        ),
        stat(
          "Total errors",
          "short",
          "Failures of all stages since the servers' start.",
          { errors: total("orchestrator_errors_total") },
          { width: 5, ...rising([1, "yellow"], [100, "red"]) },
        ),
        stat(
          "Total shed",
          "short",
          "Requests refused by all stages since the servers' start.",
          { shed: total("orchestrator_requests_shed_total") },
          { width: 5, ...rising([1, "yellow"], [100, "red"]) },
        ),
        stat(
          "Total tokens",
          "short",
          "Tokens generated since the servers' start.",
          { tokens: total("orchestrator_tokens_generated_total") },
          { width: 5 },
        ),
        stat(
          "Total cost",
          "currencyUSD",
          "Cost of all tokens since the servers' start, at the prices configured.",
          { cost: `sum(orchestrator_inference_cost_usd_total{${HERE}})` },
          { needs: "price" },
        ),
      ],
    },
  ],
};
