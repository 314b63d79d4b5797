import { expect, test } from "vitest";
import { tgi } from "../../src/metrics/dialects/tgi.js";
import type { ViewSpec } from "../../src/telemetry/index.js";
import { labelsOf, typesOf, viewOf } from "./shown-views.js";
import { FACTS } from "./systems.js";

const TYPES: Record<string, readonly string[]> = {
  gauge: ["batch_current_max_tokens", "batch_current_size", "batch_max_total_tokens", "queue_size"],
  counter: [
    "request_count",
    "request_success",
    "request_failure",
    "batch_inference_count",
    "batch_inference_success",
    "batch_inference_failure",
    "batch_concat",
  ],
  histogram: [
    "request_duration",
    "request_validation_duration",
    "request_queue_duration",
    "request_inference_duration",
    "request_mean_time_per_token_duration",
    "batch_forward_duration",
    "batch_decode_duration",
    "batch_filter_duration",
    "batch_inference_duration",
    "batch_concat_duration",
    "request_input_length",
    "request_generated_tokens",
    "request_max_new_tokens",
    "batch_next_size",
  ],
  summary: ["request_skipped_tokens"],
};

test("shows or lists each of TGI's metrics, with its type and without _total", () => {
  const expected = Object.entries(TYPES).flatMap(([type, names]) =>
    names.map((name) => [`tgi_${name}`, type] as const),
  );
  const waiting = new Set(tgi.waiting.map(({ name }) => name));
  expect(typesOf(tgi)).toEqual(Object.fromEntries(expected.filter(([name]) => !waiting.has(name))));
  const names = new Set<string>(expected.map(([name]) => name));
  expect([...waiting].filter((name) => !names.has(name))).toEqual([]);
});

test("has TGI's 35 bounds of each duration", () => {
  for (const { name } of tgi.views(FACTS).filter(({ name }) => name.endsWith("_duration"))) {
    const { bounds = [] } = viewOf(tgi, name) as ViewSpec;
    expect([name, bounds.length]).toEqual([name, 35]);
    expect(bounds[0]).toBeCloseTo(0.00015, 12);
    expect(bounds.at(-1)).toBeCloseTo(145.6, 1);
    bounds.slice(1).forEach((bound, at) => expect(bound / bounds[at]!).toBeCloseTo(1.5, 9));
  }
});

test("labels failures by their reason and batches by their method, nothing else", () => {
  const EXTRA: Record<string, string[]> = {
    tgi_request_failure: ["err"],
    tgi_batch_inference_count: ["method"],
    tgi_batch_inference_duration: ["method"],
  };
  for (const view of tgi.views(FACTS))
    expect([view.name, labelsOf(view)]).toEqual([view.name, EXTRA[view.name] ?? []]);
});
