import { expect, test } from "vitest";
import { llamacpp } from "../../src/metrics/dialects/llamacpp.js";
import { labelsOf, typesOf } from "./shown-views.js";
import { FACTS } from "./systems.js";
import { isDerived } from "./view-parts.js";

test("shows llama-server's metrics with their types, n_tokens_max as a counter", () => {
  expect(typesOf(llamacpp)).toEqual({
    "llamacpp:prompt_tokens_total": "counter",
    "llamacpp:prompt_tokens_cached_total": "counter",
    "llamacpp:prompt_seconds_total": "counter",
    "llamacpp:tokens_predicted_total": "counter",
    "llamacpp:tokens_predicted_seconds_total": "counter",
    "llamacpp:n_decode_total": "counter",
    "llamacpp:n_tokens_max": "counter",
    "llamacpp:spec_decode_num_draft_tokens_total": "counter",
    "llamacpp:spec_decode_num_accepted_tokens_total": "counter",
    "llamacpp:spec_decode_num_drafts_total": "counter",
    "llamacpp:prompt_tokens_seconds": "gauge",
    "llamacpp:predicted_tokens_seconds": "gauge",
    "llamacpp:requests_processing": "gauge",
    "llamacpp:requests_deferred": "gauge",
    "llamacpp:n_busy_slots_per_decode": "gauge",
  });
  expect(llamacpp.waiting.map(({ name }) => name)).toEqual([
    "llamacpp:spec_decode_num_accepted_tokens_per_pos_total",
  ]);
});

test("labels nothing", () => {
  for (const view of llamacpp.views(FACTS)) expect([view.name, ...labelsOf(view)]).toEqual([view.name]);
});

test("has its throughputs from a window of a minute, which no scrape can reset", () => {
  const windows = llamacpp.views(FACTS).filter(isDerived);
  expect(windows.map(({ name, over }) => [name, over])).toEqual([
    ["llamacpp:prompt_tokens_seconds", 60],
    ["llamacpp:predicted_tokens_seconds", 60],
    ["llamacpp:n_busy_slots_per_decode", 0],
  ]);
});
