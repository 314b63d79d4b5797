import { expect, test } from "vitest";
import { knownSeries } from "./known-metrics.js";

/** One of each kind: the name, and the labels beside a target's. */
const CASES: [series: string, labels: string[]][] = [
  ["tacho_requests_total", ["model", "route", "outcome"]],
  ["tacho_request_duration_seconds_bucket", ["model", "route", "le"]],
  ["tacho_engine_host_state", ["model", "tacho_engine_host_state"]],
  ["tacho_gpu_xid_errors_total", ["gpu", "uuid", "code"]],
  ["nodejs_eventloop_delay_seconds", ["process", "thread"]],
  ["agent_ttft_ms_bucket", ["model", "route", "le"]],
  ["error_budget_burn_rate", ["slo", "window"]],
  ["tacho_telemetry_source_failures_total", []],
  ["up", []],
];

test.each(CASES)("%s is known with its labels", (series, labels) => {
  expect([...(knownSeries().get(series) ?? [])]).toEqual([...labels, "job", "instance"]);
});

test("a histogram has no series of its own name", () => {
  expect(knownSeries().has("tacho_request_duration_seconds")).toBe(false);
});
