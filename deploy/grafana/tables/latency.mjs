import { falling, heatmap, rising, stat, timeseries } from "../panels.mjs";
import {
  buckets,
  HERE,
  mean,
  MODEL,
  orNone,
  orZero,
  quantile,
  quantiles,
  rate,
  sum,
  within,
} from "../promql.mjs";
import { FIRST_TOKEN, TOKEN_GAPS } from "../shared-panels.mjs";
import { ENGINE_HOST_ENDED, TACHO } from "../variables.mjs";

/** The shares of bad requests that the objectives of deploy/prometheus/rules/tacho-slo.yml allow. */
const BUDGETS = { ttft: 0.05, latency: 0.01, errors: 0.001 };

/** By its recording rules, which know models alone. */
const bad = (slo, window) => `tacho:slo_bad:ratio_rate${window}{slo="${slo}",model=~"$model"}`;
const burns = Object.entries(BUDGETS).map(([slo, budget]) => [
  `{{model}} ${slo}`,
  `${bad(slo, "1h")} / ${budget}`,
]);

export default {
  uid: "tacho-latency",
  title: "tacho / Latency and SLO",
  description: "How long what takes, and how much of it is within the objectives.",
  tags: ["tacho"],
  variables: TACHO,
  annotations: [ENGINE_HOST_ENDED],
  rows: [
    {
      title: "Objectives",
      panels: [
        stat(
          "First token within 0.5 s",
          "percentunit",
          "Share of the requests whose first token was taken over within half a second of their arrival.",
          { "in time": within("0.5", "tacho_time_to_first_token_seconds") },
          { width: 6, ...falling(0.9, 0.95) },
        ),
        stat(
          "Gaps within 50 ms",
          "percentunit",
          "Share of the gaps between two tokens of one request that last at most 50 ms.",
          { "in time": within("0.05", "tacho_inter_token_latency_seconds") },
          { width: 6, ...falling(0.9, 0.99) },
        ),
        stat(
          "Requests served",
          "percentunit",
          "Share of the last five minutes' requests without an error or a time-out; what clients cancel, ask wrongly or are refused does not count.",
          { "{{model}}": `1 - ${bad("errors", "5m")}` },
          { width: 6, ...falling(0.99, 0.999) },
        ),
        stat(
          "Error budget burn",
          "suffix:x",
          "How many times as fast as it may be each objective's budget was spent in the last hour; at 1 that of a month lasts a month.",
          Object.fromEntries(burns),
          { width: 6, ...rising([1, "yellow"], [14.4, "red"]) },
        ),
      ],
    },
    {
      title: "First token",
      panels: [
        FIRST_TOKEN,
        timeseries("Time to first token by route, p95", "s", "The same, for each route and model.", {
          "{{route}} {{model}}": quantile(0.95, "tacho_time_to_first_token_seconds", {
            by: ["route", "model"],
          }),
        }),
        heatmap(
          "Times to first token",
          "s",
          "How many requests had to wait how long.",
          {
            "{{le}}": buckets("tacho_time_to_first_token_seconds"),
          },
          { width: 8 },
        ),
      ],
    },
    {
      title: "Where the time goes",
      panels: [
        timeseries(
          "Mean time by phase",
          "s",
          "Of the mean request: waiting for its first step, computing the prompt, generating.",
          {
            queue: mean("tacho_request_queue_duration_seconds"),
            prefill: mean("tacho_request_prefill_duration_seconds"),
            decode: mean("tacho_request_decode_duration_seconds"),
          },
          { stack: true },
        ),
        timeseries(
          "Time by phase, p95",
          "s",
          "Each phase for itself: the quantiles of several do not add up.",
          {
            queue: quantile(0.95, "tacho_request_queue_duration_seconds"),
            prefill: quantile(0.95, "tacho_request_prefill_duration_seconds"),
            decode: quantile(0.95, "tacho_request_decode_duration_seconds"),
          },
        ),
        timeseries(
          "Time in each stage, p95",
          "s",
          "From a request's entering of a stage to its leaving of it.",
          {
            "{{stage}}": quantile(0.95, "tacho_stage_duration_seconds", { by: ["stage"] }),
          },
        ),
        timeseries(
          "Requests that wait for a stage",
          "short",
          "For inference: those in the admission queue.",
          {
            "{{stage}}": `sum by (stage) (tacho_stage_depth{${MODEL}})`,
          },
        ),
        timeseries("Requests through each stage", "reqps", "Requests that entered a stage, a second.", {
          "{{stage}}": sum(rate("tacho_stage_requests_total"), "stage"),
        }),
        timeseries(
          "Refused by a stage",
          "reqps",
          "Requests refused because what a stage takes was used up: its queue, its time, or the client's reading.",
          { "{{stage}}": orNone(sum(rate("tacho_stage_shed_total"), "stage"), "stage") },
        ),
      ],
    },
    {
      title: "Gaps between tokens",
      panels: [
        TOKEN_GAPS,
        timeseries(
          "Time per output token",
          "s",
          "A request's decode duration divided by its tokens after the first.",
          quantiles("tacho_request_time_per_output_token_seconds"),
        ),
        heatmap(
          "Gaps",
          "s",
          "How many gaps lasted how long.",
          {
            "{{le}}": buckets("tacho_inter_token_latency_seconds"),
          },
          { width: 8 },
        ),
      ],
    },
    {
      title: "Whole requests and streams",
      panels: [
        timeseries(
          "Request duration",
          "s",
          "From the arrival of a request to its end, whatever its outcome; points lead to traces.",
          quantiles("tacho_request_duration_seconds"),
        ),
        timeseries("Request duration by route, p95", "s", "The same, for each route and model.", {
          "{{route}} {{model}}": quantile(0.95, "tacho_request_duration_seconds", { by: ["route", "model"] }),
        }),
        timeseries(
          "HTTP requests by route, p95",
          "s",
          "From the arrival of the headers to the last byte of the response.",
          {
            "{{method}} {{route}}": quantile(0.95, "tacho_http_request_duration_seconds", {
              by: ["method", "route"],
              matchers: HERE,
            }),
          },
        ),
        timeseries(
          "Opening of a stream",
          "s",
          "From the arrival of a request to the sending of its event stream's head.",
          quantiles("tacho_stream_open_duration_seconds", { matchers: HERE }),
        ),
        timeseries(
          "Jitter of delivery",
          "s",
          "Difference between two consecutive gaps of one event stream's writes.",
          quantiles("tacho_token_delivery_jitter_seconds"),
        ),
        timeseries(
          "Writes that a client did not take at once",
          "wps",
          "Writes to event streams that had to wait for the client, a second.",
          { writes: orZero(sum(rate("tacho_stream_backpressure_total", HERE))) },
        ),
      ],
    },
  ],
};
