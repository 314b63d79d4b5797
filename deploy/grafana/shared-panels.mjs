import { rising, stat, timeseries } from "./panels.mjs";
import { failedShare, orNone, quantiles, rate, sum } from "./promql.mjs";

/** Panels that several dashboards show. */

export const TOKENS_A_SECOND = timeseries(
  "Tokens",
  "suffix: tok/s",
  "Tokens generated, and prompt tokens computed or found in the KV cache, a second.",
  {
    generated: sum(rate("tacho_generation_tokens_total")),
    "prompt, computed": sum(rate("tacho_prefilled_tokens_total")),
    "prompt, cached": sum(rate("tacho_cached_prompt_tokens_total")),
  },
);

export const FIRST_TOKEN = timeseries(
  "Time to first token",
  "s",
  "From the arrival of a request to the front's taking over of its first token.",
  quantiles("tacho_time_to_first_token_seconds"),
);

export const TOKEN_GAPS = timeseries(
  "Gap between tokens",
  "s",
  "Between the ends of the steps that sampled two consecutive tokens of one request.",
  quantiles("tacho_inter_token_latency_seconds"),
);

export const FAILED_REQUESTS = stat(
  "Failed requests",
  "percentunit",
  "Share of the ended requests that ended with an error, in a timeout or turned away.",
  { failed: failedShare() },
  rising([0.001, "yellow"], [0.01, "red"]),
);

export const REQUESTS_BY_OUTCOME = timeseries(
  "Requests by outcome",
  "reqps",
  "Requests that ended, a second, by how; each is counted once.",
  { "{{outcome}}": sum(rate("tacho_requests_total"), "outcome") },
  { stack: true },
);

export const TURNED_AWAY = timeseries(
  "Turned away",
  "reqps",
  "Requests refused before the engine heard of them, a second, by reason.",
  { "{{reason}}": orNone(sum(rate("tacho_admission_rejections_total"), "reason"), "reason") },
  { stack: true },
);
