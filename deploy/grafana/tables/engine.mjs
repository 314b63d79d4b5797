import { gauge, heatmap, rising, SHARE, stat, table, timeseries } from "../panels.mjs";
import {
  buckets,
  HERE,
  kvShare,
  mean,
  MODEL,
  nativeQuantile,
  nativeSum,
  orNone,
  orZero,
  quantiles,
  rate,
  sum,
} from "../promql.mjs";
import { TOKENS_A_SECOND } from "../shared-panels.mjs";
import { ENGINE_HOST_ENDED, TACHO } from "../variables.mjs";

const TOKENS = "suffix: tok/s";
const cachedShare = `${sum(rate("tacho_cached_prompt_tokens_total"))} / ${sum(rate("tacho_prompt_tokens_total"))}`;

export default {
  uid: "tacho-engine",
  title: "tacho / Engine and KV cache",
  description: "What the decode loop does with its steps and its memory.",
  tags: ["tacho"],
  variables: TACHO,
  annotations: [ENGINE_HOST_ENDED],
  rows: [
    {
      title: "Steps",
      panels: [
        timeseries(
          "Duration of a step",
          "s",
          "From the building of a step's batch to the sampling of its last token.",
          quantiles("tacho_engine_step_duration_seconds"),
        ),
        timeseries("Steps", "ops", "Steps a second, and those that sampled at least one token.", {
          all: sum(rate("tacho_engine_step_duration_seconds_count")),
          generating: sum(rate("tacho_engine_generation_steps_total")),
        }),
        timeseries(
          "Mean step",
          "short",
          "Sequences that took part in the mean step, and tokens that it computed.",
          {
            sequences: mean("tacho_engine_step_sequences"),
            tokens: mean("tacho_engine_step_tokens"),
          },
        ),
        timeseries(
          "Sequences merged",
          "percentunit",
          "Of the sequences that could have taken part in a step, the share that did.",
          {
            merged: `${sum(rate("tacho_engine_step_sequences_sum"))} / ${sum(rate("tacho_engine_step_runnable_sequences_total"))}`,
          },
          SHARE,
        ),
        heatmap(
          "Sequences in a step",
          "short",
          "How many steps had how many sequences.",
          { "{{le}}": buckets("tacho_engine_step_sequences") },
          { width: 8 },
        ),
        heatmap(
          "Tokens in a step",
          "short",
          "How many steps computed how many tokens.",
          { "{{le}}": buckets("tacho_engine_step_tokens") },
          { width: 8 },
        ),
      ],
    },
    {
      title: "Tokens",
      panels: [
        TOKENS_A_SECOND,
        timeseries(
          "Prompt tokens of a request",
          "short",
          "Prompt tokens, cached ones included, of the requests that ended.",
          quantiles("tacho_request_prompt_tokens"),
        ),
        timeseries(
          "Generated tokens of a request",
          "short",
          "Tokens sampled for the requests that ended.",
          quantiles("tacho_request_generation_tokens"),
        ),
        timeseries(
          "Context of a request",
          "short",
          "Tokens in a request's context, prompt and answer, when the engine ended it.",
          [0.5, 0.9, 0.99].map((q) => ({
            legend: `p${q * 100}`,
            expr: nativeQuantile(q, "tacho_request_context_tokens"),
          })),
        ),
        timeseries("Longest sequence", "short", "The most tokens that one sequence has held.", {
          "{{model}}": `max by (model) (tacho_longest_sequence_tokens{${MODEL}})`,
        }),
        timeseries(
          "Answers cut by a full context",
          "ops",
          "Answers cut because the request's context was full, a second.",
          {
            "{{model}}": orNone(sum(rate("tacho_context_limit_reached_total"), "model"), "model"),
          },
        ),
      ],
    },
    {
      title: "KV cache",
      panels: [
        gauge(
          "KV cells in use",
          "percentunit",
          "Share of the KV cells that running requests hold; those of ended requests count as free.",
          { used: kvShare() },
          { ...SHARE, height: 8, ...rising([0.85, "yellow"], [0.95, "red"]) },
        ),
        timeseries(
          "KV cells",
          "short",
          "Cells that running requests hold, that hold tokens of ended requests only, and all that are allocated.",
          {
            running: `sum(tacho_kv_cells_used{${MODEL}}) - sum(tacho_prefix_cache_cells{${MODEL}})`,
            "prefix cache": `sum(tacho_prefix_cache_cells{${MODEL}})`,
            allocated: `sum(tacho_kv_cells{${MODEL}})`,
          },
          { width: 10 },
        ),
        timeseries(
          "Prompt tokens found in the cache",
          "percentunit",
          "Share of the prompt tokens whose keys and values were already there.",
          {
            "{{model}}": `${sum(rate("tacho_cached_prompt_tokens_total"), "model")} / ${sum(rate("tacho_prompt_tokens_total"), "model")}`,
            all: cachedShare,
          },
          { width: 10, ...SHARE },
        ),
        timeseries(
          "Dropped prefixes",
          TOKENS,
          "Tokens of ended requests dropped because their cells were needed, a second.",
          {
            "{{model}}": sum(rate("tacho_prefix_cache_evicted_tokens_total"), "model"),
          },
        ),
        timeseries(
          "Loads of saved prompt states",
          "s",
          "Time to go back to a saved state in place of computing a prompt (recurrent and sliding-window models).",
          quantiles("tacho_prompt_state_restore_duration_seconds"),
          { needs: "recurrent" },
        ),
        timeseries(
          "Preemptions",
          "ops",
          "Running requests that gave their cells back, to be computed again later, a second.",
          {
            "{{model}}": sum(rate("tacho_preemptions_total"), "model"),
          },
        ),
        timeseries(
          "Computed again",
          TOKENS,
          "Tokens computed once more because their request had been preempted, a second.",
          {
            "{{model}}": sum(rate("tacho_recomputed_tokens_total"), "model"),
          },
        ),
      ],
    },
    {
      title: "Speculative decoding",
      panels: [
        timeseries(
          "Guesses accepted",
          "percentunit",
          "Of the guessed tokens that the model verified, the share that it sampled itself.",
          {
            accepted: `${sum(rate("tacho_accepted_draft_tokens_total"))} / ${sum(rate("tacho_draft_tokens_total"))}`,
          },
          { width: 12, ...SHARE, needs: "speculation" },
        ),
        timeseries(
          "Tokens of a guess",
          "short",
          "Tokens guessed, and those accepted, in the mean guess.",
          {
            guessed: `${sum(rate("tacho_draft_tokens_total"))} / ${sum(rate("tacho_drafts_total"))}`,
            accepted: `${sum(rate("tacho_accepted_draft_tokens_total"))} / ${sum(rate("tacho_drafts_total"))}`,
          },
          { width: 12, needs: "speculation" },
        ),
      ],
    },
    {
      title: "Models",
      panels: [
        stat(
          "Last load",
          "s",
          "Time the last load of the model took, from opening the file to a ready context.",
          {
            "{{model}}": `max by (model) (tacho_model_last_load_duration_seconds{${MODEL}})`,
          },
        ),
        stat("Layers", "short", "Layers of the loaded models, by where they are computed.", {
          "{{place}}": `sum by (place) (tacho_model_layers{${MODEL}})`,
        }),
        timeseries(
          "Memory of models",
          "bytes",
          "Bytes that loaded models take: their weights, and their KV cache as allocated.",
          {
            "{{model}} {{part}}": `sum by (model, part) (tacho_model_memory_bytes{${MODEL}})`,
          },
        ),
        timeseries(
          "Requests that found their model loaded",
          "reqps",
          "Requests for a model, a second, by whether it was loaded.",
          {
            "{{residency}}": sum(rate("tacho_model_uses_total"), "residency"),
          },
        ),
        timeseries(
          "Models unloaded for others",
          "ops",
          "Models unloaded to make room for another, a second.",
          {
            unloaded: orZero(sum(rate("tacho_model_evictions_total"))),
          },
        ),
        table(
          "Loaded models",
          "short",
          "What each loaded model's file says of it, and where it is computed.",
          {
            models: `max by (model, description, backend, device) (tacho_model_info{${MODEL}})`,
          },
          { width: 16 },
        ),
      ],
    },
    {
      title: "Processes",
      panels: [
        timeseries(
          "Event loop delay, p99",
          "s",
          "How long what is due waits for the event loop of a thread.",
          {
            "{{process}} {{thread}}": nativeQuantile(0.99, "nodejs_eventloop_delay_seconds", {
              by: ["process", "thread"],
              matchers: HERE,
            }),
          },
        ),
        timeseries(
          "Event loop utilisation",
          "percentunit",
          "Share of the last second in which the event loop of a thread was busy.",
          {
            "{{process}} {{thread}}": `max by (process, thread) (nodejs_eventloop_utilization_ratio{${HERE}})`,
          },
          SHARE,
        ),
        timeseries("Heap", "bytes", "JavaScript heap in use, by thread.", {
          "{{process}} {{thread}}": `sum by (process, thread) (nodejs_heap_size_used_bytes{${HERE}})`,
        }),
        timeseries(
          "Garbage collection",
          "percentunit",
          "Share of the time in which a thread stood still for it.",
          {
            "{{process}} {{thread}}": nativeSum("nodejs_gc_duration_seconds", {
              by: ["process", "thread"],
              matchers: HERE,
            }),
          },
        ),
        timeseries(
          "Answers of engine hosts, p95",
          "s",
          "From a call to an engine host that generates nothing to its answer, by operation.",
          quantiles("tacho_engine_call_duration_seconds", { by: ["operation"], of: [0.95] }),
        ),
        timeseries("Messages", "ops", "Messages between the front and engine hosts, a second.", {
          "{{direction}} {{type}}": sum(rate("tacho_engine_messages_total", HERE), "direction", "type"),
        }),
      ],
    },
  ],
};
