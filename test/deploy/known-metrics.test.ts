import { expect, test } from "vitest";
import { knownSeries } from "./known-metrics.js";

/** One of each kind: the name, and the labels beside a target's. */
const CASES: [series: string, labels: string[]][] = [
  ["tacho_requests_total", ["model", "route", "outcome"]],
  ["tacho_request_duration_seconds_bucket", ["model", "route", "le"]],
  ["tacho_engine_host_state", ["model", "tacho_engine_host_state"]],
  ["tacho_gpu_xid_errors_total", ["gpu", "uuid", "code"]],
  ["tacho_gpu_devices", []],
  ["nodejs_eventloop_delay_seconds", ["process", "thread"]],
  ["tacho_telemetry_source_failures_total", []],
  ["up", []],
];

test.each(CASES)("%s is known with its labels", async (series, labels) => {
  expect([...((await knownSeries()).get(series) ?? [])]).toEqual([...labels, "job", "instance"]);
});

test("a histogram has no series of its own name", async () => {
  expect((await knownSeries()).has("tacho_request_duration_seconds")).toBe(false);
});

test("every GPU metric is known", async () => {
  const gpu = [...(await knownSeries()).keys()].filter((name) => name.startsWith("tacho_gpu_"));
  // Rows of the table, of which one is a native histogram of four series; tacho_gpu_held_seconds_total is the server's.
  expect(gpu).toHaveLength(43 + 3 + 1);
});
