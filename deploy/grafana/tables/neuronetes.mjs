import { PERCENT, rising, SHARE, stat, timeseries, waiting } from "../panels.mjs";
import { HERE, MODEL, orNone, orZero, quantile, quantiles, rate, sum } from "../promql.mjs";
import { serversAndModels } from "../variables.mjs";

const of = (metric, matchers = MODEL) => `${metric}{${matchers}}`;
const byModel = (metric, how = "avg") => ({ "{{model}}": `${how} by (model) (${of(metric)})` });
const PS = [0.5, 0.95, 0.99];

export default {
  uid: "neuronetes-agents",
  title: "NeuroNetes agents on tacho",
  description:
    "NeuroNetes' key panels and the queries of its guide, of the neuronetes dialect and its recording rules.",
  tags: ["tacho", "neuronetes"],
  variables: serversAndModels("agent_latency_ms_count", { models: "agent_input_tokens_total" }),
  rows: [
    {
      title: "Key panels",
      panels: [
        timeseries(
          "TTFT P95",
          "ms",
          "From the arrival of a turn to its first token; the objective is 350 ms.",
          { "{{model}} {{route}}": quantile(0.95, "agent_ttft_ms", { by: ["model", "route"] }) },
          { width: 6, ...rising([350, "red"]) },
        ),
        timeseries(
          "Tokens/second",
          "suffix: tok/s",
          "Tokens generated, as the server computes it.",
          byModel("agent_tokens_out_per_s", "sum"),
          { width: 6 },
        ),
        timeseries(
          "Active sessions",
          "short",
          "Sessions with a turn within the last --session-seconds.",
          byModel("agent_active_sessions", "sum"),
          { width: 6, needs: "sessions" },
        ),
        timeseries(
          "GPU utilization",
          "percent",
          "Share of the time in which a kernel ran.",
          { "{{node}} GPU {{gpu}}": of("gpu_util_pct", HERE) },
          { width: 6, ...PERCENT, needs: "gpu" },
        ),
        timeseries(
          "GPU SMs and bandwidth",
          "percent",
          "Share of the SMs with work, and of the device memory's bandwidth in use.",
          {
            "{{node}} GPU {{gpu}} SMs": of("gpu_sm_util_pct", HERE),
            "{{node}} GPU {{gpu}} bandwidth": of("gpu_mem_bw_util_pct", HERE),
          },
          { width: 6, ...PERCENT, needs: "new-gpu" },
        ),
        timeseries(
          "Cost per 1K tokens",
          "currencyUSD",
          "At the prices configured; the alert is at $0.10.",
          { "{{model}} {{tenant}}": of("cost_usd_per_1k_tokens") },
          { width: 6, decimals: 4, ...rising([0.1, "red"]), needs: "price" },
        ),
        timeseries(
          "Error rate",
          "percentunit",
          "Share of the turns that ended with an error; the alert is at 1 %.",
          { "{{model}}": "neuronetes:error_rate:rate5m" },
          { width: 6, min: 0, ...rising([0.01, "red"]) },
        ),
        timeseries(
          "Model load time, P95",
          "s",
          "From the start of an engine host to its model's readiness, of the last hour.",
          {
            "{{model}} {{source}}": `histogram_quantile(0.95, sum by (le, model, source) (increase(${of("model_load_time_seconds_bucket")}[1h])))`,
          },
          { width: 6 },
        ),
        waiting({ "the tool-calling loop": "tool call latency and success (`agent_tool_*`)" }),
      ],
    },
    {
      title: "Objectives",
      panels: [
        stat(
          "TTFT within 350 ms",
          "percentunit",
          "Share of the turns whose first token came within 350 ms, of the last five minutes.",
          { "{{model}}": "neuronetes:ttft_slo_compliance:rate5m" },
          {
            width: 6,
            base: "red",
            thresholds: [
              [0.9, "yellow"],
              [0.95, "green"],
            ],
          },
        ),
        stat(
          "Latency within 2.5 s",
          "percentunit",
          "Share of the turns that took at most 2.5 s, of the last five minutes.",
          { "{{model}}": "neuronetes:latency_slo_compliance:rate5m" },
          {
            width: 6,
            base: "red",
            thresholds: [
              [0.9, "yellow"],
              [0.95, "green"],
            ],
          },
        ),
        stat(
          "Turns",
          "reqps",
          "Turns that ended, a second, of the last five minutes.",
          { "{{model}}": "neuronetes:request_rate:rate5m" },
          { width: 6 },
        ),
        stat(
          "Error budget burn",
          "suffix:x",
          "How many times as fast as the objective allows errors come.",
          { "{{slo}} {{window}}": `max by (slo, window) (${of("error_budget_burn_rate", HERE)})` },
          { width: 6, ...rising([1, "red"]) },
        ),
      ],
    },
    {
      title: "Quality of the answer",
      panels: [
        timeseries(
          "TTFT",
          "ms",
          "From the arrival of a turn to its first token.",
          quantiles("agent_ttft_ms", { of: PS }),
        ),
        timeseries(
          "Latency",
          "ms",
          "From the arrival of a turn to its last byte.",
          quantiles("agent_latency_ms", { of: PS }),
          rising([2500, "red"]),
        ),
        timeseries(
          "Real-time factor",
          "short",
          "Time of generation divided by the time that reading the answer takes.",
          byModel("agent_rtf_ratio"),
          rising([1.5, "red"]),
        ),
        timeseries("Errors", "reqps", "Turns that ended with an error, a second, by type.", {
          "{{error_type}}": orNone(sum(rate("agent_turn_errors_total"), "error_type"), "error_type"),
        }),
        timeseries(
          "Opening of a stream",
          "ms",
          "From the arrival of a turn to the head of its stream.",
          quantiles("stream_init_ms", { matchers: HERE, of: PS }),
        ),
        timeseries(
          "Jitter of delivery",
          "ms",
          "Difference between two consecutive gaps of one stream's writes.",
          quantiles("token_delivery_jitter_ms", { of: PS }),
        ),
        timeseries(
          "Streams broken or cancelled",
          "percentunit",
          "Share of the streams that an error broke, or that the client left.",
          {
            "broken {{route}}": `max by (route) (${of("stream_drop_rate", HERE)})`,
            "cancelled {{route}}": `max by (route) (${of("stream_cancel_rate", HERE)})`,
          },
          SHARE,
        ),
        waiting({
          "a feedback endpoint": "satisfaction and thumbs (`agent_csat_score`, `agent_thumbs_up_rate`)",
          "canary routing": "win rate (`agent_quality_winrate`)",
        }),
      ],
    },
    {
      title: "Load",
      panels: [
        timeseries("Queue depth", "short", "Turns in the admission queue, by route.", {
          "{{route}}": `sum by (route) (${of("agent_queue_depth", HERE)})`,
        }),
        timeseries("Admission rejects", "reqps", "Turns turned away, a second, by reason.", {
          "{{route}} {{reason}}": orNone(
            sum(rate("agent_admission_rejects_total", HERE), "route", "reason"),
            "reason",
          ),
        }),
        timeseries(
          "Peak queue, mean sessions",
          "short",
          "Of the last five minutes.",
          {
            "queue {{route}}": "neuronetes:peak_queue_depth:5m",
            "sessions {{model}}": "neuronetes:avg_active_sessions:5m",
          },
          { needs: "sessions" },
        ),
        waiting({
          "elastic replicas":
            "scaling lag (`agent_scaling_lag_seconds`) and decisions (`hpa_decisions_total`)",
        }),
      ],
    },
    {
      title: "Tokens and context",
      panels: [
        timeseries("Tokens", "suffix: tok/s", "Tokens of prompts and answers, a second.", {
          "{{model}}": sum(rate("agent_total_tokens"), "model"),
        }),
        timeseries("Tokens by the rule", "suffix: tok/s", "Generated tokens alone, by the recording rule.", {
          "{{model}}": "neuronetes:tokens_per_second:rate5m",
        }),
        timeseries("Input to output", "short", "Prompt tokens for each generated token.", {
          "{{model}}": `${sum(rate("agent_input_tokens_total"), "model")} / ${sum(rate("agent_output_tokens_total"), "model")}`,
        }),
        timeseries("Tokens of a turn", "short", "Mean tokens of a turn, of the last five minutes.", {
          "{{model}}": "neuronetes:tokens_per_request:avg5m",
        }),
        timeseries(
          "Context length, P95",
          "short",
          "Tokens in the context when a turn ended.",
          byModel("agent_ctx_len_p95", "max"),
        ),
        timeseries("Context truncations", "ops", "Answers cut because the context was full, a second.", {
          "{{model}} {{reason}}": orNone(
            sum(rate("agent_ctx_truncations_total"), "model", "reason"),
            "reason",
          ),
        }),
        timeseries(
          "KV cache hit ratio",
          "percentunit",
          "Share of the prompt tokens that were in the KV cache.",
          byModel("agent_kv_cache_hit_ratio"),
          SHARE,
        ),
        timeseries(
          "Batch merge efficiency",
          "percentunit",
          "Of the sequences that could have taken part in a step, the share that did.",
          byModel("agent_batch_merge_efficiency"),
          SHARE,
        ),
      ],
    },
    {
      title: "GPU and models",
      panels: [
        timeseries(
          "VRAM used",
          "decgbytes",
          "Device memory allocated.",
          { "{{node}} GPU {{gpu}}": of("gpu_vram_used_gb", HERE) },
          { needs: "gpu" },
        ),
        timeseries(
          "VRAM efficiency",
          "percent",
          "Share of the device memory that is allocated.",
          { "{{instance}} GPU {{gpu}}": "neuronetes:vram_efficiency:pct" },
          { ...PERCENT, needs: "gpu" },
        ),
        timeseries(
          "Tokens of a GPU second",
          "short",
          "Tokens generated for each second of GPU time.",
          { "{{model}}": "neuronetes:tokens_per_gpu_second:rate5m" },
          { needs: "gpu" },
        ),
        timeseries(
          "Model cache hit ratio",
          "percentunit",
          "Share of the last hour's model loads whose file was on the disk already.",
          { "{{node}}": `avg by (node) (${of("model_cache_hit_ratio", HERE)})` },
          SHARE,
        ),
        timeseries(
          "Cold start rate",
          "percentunit",
          "Share of the requests that had to wait for their model's load.",
          byModel("agent_cold_start_rate"),
          { ...SHARE, ...rising([0.02, "red"]) },
        ),
        timeseries(
          "Preemptions and evictions",
          "ops",
          "Requests that gave their cells back, and models unloaded for others, a second.",
          {
            "preemptions {{model}}": sum(rate("replica_preemptions_total"), "model"),
            evictions: orZero(sum(rate("replica_evictions_total"))),
          },
        ),
        timeseries(
          "Failover, P95",
          "s",
          "From the unasked end of an engine host to the next success with its model.",
          { "{{model}}": quantile(0.95, "failover_time_seconds", { by: ["model"] }) },
          { needs: "failure" },
        ),
        timeseries(
          "Session affinity",
          "percentunit",
          "Share of a known session's turns that its last replica took.",
          { affinity: `avg(${of("session_affinity_hit_ratio", HERE)})` },
          { ...SHARE, needs: "sessions" },
        ),
        waiting({
          "placement over several nodes": "gang scheduling, topology penalty, data locality",
          "a partitioned GPU": "MIG slice utilisation (`gpu_mig_slice_util_pct`)",
        }),
      ],
    },
    {
      title: "Cost, carbon and security",
      panels: [
        timeseries(
          "Cost of a session",
          "currencyUSD",
          "What the mean session costs.",
          { "{{model}} {{tenant}}": of("cost_usd_per_session") },
          { decimals: 4, needs: "price" },
        ),
        timeseries(
          "Cost of a token",
          "currencyUSD",
          "By the recording rule.",
          { "{{model}} {{tenant}}": "neuronetes:cost_efficiency:usd_per_token" },
          { decimals: 8, needs: "price" },
        ),
        timeseries(
          "Cost of an hour's tokens",
          "currencyUSD",
          "Of servers that hold GPUs, by node: at the prices of tokens, else at that of a GPU hour. Idle GPUs are not in it.",
          { "{{node}}": "neuronetes:gpu_cost_per_hour:by_node" },
          { needs: "gpu-price" },
        ),
        timeseries(
          "GPU hours",
          "h",
          "Hours that loaded models held GPUs, in an hour.",
          { "{{node}} GPU {{gpu}}": `sum by (node, gpu) (increase(${of("gpu_hours_total")}[1h]))` },
          { needs: "gpu" },
        ),
        timeseries(
          "Energy of 1,000 tokens",
          "kwatth",
          "By the GPUs' own meters.",
          { "{{model}}": of("energy_kwh_per_1k_tokens") },
          { decimals: 6, needs: "gpu" },
        ),
        timeseries(
          "Authorization denials",
          "reqps",
          "Requests refused with 401 (key), 403 (admin, host) or 404 (model), a second, by what they lacked.",
          {
            "{{scope}}": orNone(sum(rate("authz_denials_total", HERE), "scope"), "scope"),
          },
        ),
        timeseries(
          "Policy blocks and redactions",
          "reqps",
          "Requests that --block stopped and pieces that --redact masked, a second.",
          {
            "{{type}}": orNone(sum(rate("policy_blocks_total", HERE), "type"), "type"),
            "{{field}}": orNone(sum(rate("redaction_events_total", HERE), "field"), "field"),
          },
        ),
        waiting({
          retrieval: "latency, cache hits and quality of RAG (`rag_*`)",
          "spot nodes": "savings and interruptions (`spot_*`)",
        }),
      ],
    },
  ],
};
