import { SHARE, stat, timeseries } from "../panels.mjs";
import { HERE, MODEL, orNone, rate, SERVER, sum } from "../promql.mjs";
import { TACHO } from "../variables.mjs";

/** Its job is another. */
const OF_DIALECT = `${SERVER},model=~"$model"`;
const TOKENS = "suffix: tok/s";
const tokens = `(${sum(rate("tacho_prompt_tokens_total"))} + ${sum(rate("tacho_generation_tokens_total"))})`;

export default {
  uid: "tacho-cost",
  title: "tacho / Cost and tenants",
  description:
    "Who uses how much, and what it costs. Money, and hours of GPUs, come from the neuronetes dialect; prices from --price-input, --price-output and --price-gpu-hour.",
  tags: ["tacho"],
  variables: TACHO,
  rows: [
    {
      title: "Cost",
      panels: [
        stat(
          "Spent",
          "currencyUSD",
          "Cost of all tokens, at the prices configured, an hour.",
          {
            "an hour": `sum(cost_usd_per_1k_tokens{${OF_DIALECT}} * on (job, instance, model, tenant) ${rate("agent_total_tokens", OF_DIALECT)}) / 1000 * 3600`,
          },
          { height: 8, needs: "price" },
        ),
        timeseries(
          "Cost of 1,000 tokens",
          "currencyUSD",
          "What 1,000 tokens of each tenant cost, prompt and answer together.",
          {
            "{{tenant}} {{model}}": `max by (tenant, model) (cost_usd_per_1k_tokens{${OF_DIALECT}})`,
          },
          { width: 7, decimals: 4, needs: "price" },
        ),
        timeseries(
          "Cost of a session",
          "currencyUSD",
          "What the mean session of each tenant costs.",
          {
            "{{tenant}} {{model}}": `max by (tenant, model) (cost_usd_per_session{${OF_DIALECT}})`,
          },
          { width: 7, decimals: 4, needs: "price" },
        ),
        timeseries(
          "Hours of GPUs",
          "h",
          "Hours that loaded models held GPUs, in an hour.",
          {
            "{{model}} GPU {{gpu}}": `sum by (model, gpu) (increase(gpu_hours_total{${OF_DIALECT}}[1h]))`,
          },
          { width: 6, needs: "gpu" },
        ),
      ],
    },
    {
      title: "Energy and machine",
      panels: [
        timeseries(
          "Energy of 1,000 tokens",
          "kwatth",
          "Energy by the GPUs' own meters, for 1,000 tokens of each model.",
          {
            "{{model}}": `max by (model) (energy_kwh_per_1k_tokens{${OF_DIALECT}})`,
          },
          { decimals: 6, needs: "gpu" },
        ),
        timeseries(
          "CPU time of 1,000 tokens",
          "s",
          "CPU seconds of all processes, for 1,000 tokens of prompts and answers.",
          {
            CPU: `1000 * ${sum(rate("process_cpu_seconds_total", HERE))} / ${tokens}`,
          },
        ),
        timeseries("CPU hours", "h", "Hours of CPU time that all processes took, in an hour.", {
          "{{node}}": `sum by (node) (increase(cpu_hours_total{${SERVER}}[1h]))`,
        }),
      ],
    },
    {
      title: "Tenants",
      panels: [
        timeseries(
          "Prompt tokens",
          TOKENS,
          "Prompt tokens of each tenant, cached ones included, a second.",
          {
            "{{tenant}}": sum(rate("tacho_prompt_tokens_total"), "tenant"),
          },
          { stack: true },
        ),
        timeseries(
          "Generated tokens",
          TOKENS,
          "Tokens sampled for each tenant, a second.",
          {
            "{{tenant}}": sum(rate("tacho_generation_tokens_total"), "tenant"),
          },
          { stack: true },
        ),
        timeseries(
          "Prompt tokens found in the cache",
          "percentunit",
          "Share of each tenant's prompt tokens that were in the KV cache, and cost no computing.",
          {
            "{{tenant}}": `${sum(rate("tacho_cached_prompt_tokens_total"), "tenant")} / ${sum(rate("tacho_prompt_tokens_total"), "tenant")}`,
          },
          SHARE,
        ),
        timeseries(
          "Requests",
          "reqps",
          "Requests of each tenant that ended, a second.",
          {
            "{{tenant}}": sum(rate("tacho_tenant_requests_total", HERE), "tenant"),
          },
          { stack: true },
        ),
        timeseries(
          "Requests that failed",
          "reqps",
          "Requests of each tenant that ended with an error, in a timeout or turned away, a second.",
          {
            "{{tenant}}": orNone(
              sum(rate("tacho_tenant_requests_total", `${HERE},outcome=~"error|timeout|rejected"`), "tenant"),
              "tenant",
            ),
          },
          { stack: true },
        ),
        timeseries(
          "Left of the limits",
          "short",
          "What is left of a tenant's limits of one minute; of several keys the least.",
          {
            "{{tenant}} {{of}}": `min by (tenant, of) (tacho_rate_limit_remaining{${HERE}})`,
          },
          { needs: "tenants" },
        ),
      ],
    },
    {
      title: "Sessions and users",
      panels: [
        timeseries(
          "Active sessions",
          "short",
          "Sessions with a request within the last --session-seconds.",
          {
            "{{model}}": `sum by (model) (tacho_sessions_active{${MODEL}})`,
          },
          { needs: "sessions" },
        ),
        timeseries(
          "Sessions begun",
          "ops",
          "Sessions whose first request came, a second, by tenant.",
          {
            "{{tenant}}": sum(rate("tacho_sessions_started_total"), "tenant"),
          },
          { needs: "sessions" },
        ),
        timeseries(
          "Turns that kept their replica",
          "percentunit",
          "Of the requests of a known session, the share that its last request's replica took.",
          {
            kept: `${sum(rate("tacho_session_turns_total", `${MODEL},affinity="hit"`))} / ${sum(rate("tacho_session_turns_total"))}`,
          },
          { ...SHARE, needs: "sessions" },
        ),
        stat(
          "Active users",
          "short",
          "Distinct users of the last five minutes: the request's user, else its session, else its API key.",
          {
            users: `sum(tacho_active_users{${HERE}})`,
          },
          { height: 8 },
        ),
        stat(
          "API keys",
          "short",
          "API keys that are accepted.",
          { keys: `sum(tacho_api_keys{${HERE}})` },
          { height: 8 },
        ),
        timeseries("Bytes sent", "Bps", "Bytes of responses' bodies, streams included, by route.", {
          "{{route}}": sum(rate("tacho_http_response_size_bytes_sum", HERE), "route"),
        }),
        timeseries(
          "Refused for their key",
          "reqps",
          "HTTP requests refused, a second, by what they lacked: with 401 a key, with 403 an admin's or this host's name, with 404 a model that their key may use.",
          {
            "{{scope}}": orNone(sum(rate("tacho_authorization_denials_total", HERE), "scope"), "scope"),
          },
        ),
      ],
    },
  ],
};
