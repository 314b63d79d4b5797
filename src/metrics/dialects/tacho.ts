import type { Dialect, DialectFacts } from "../dialect.js";
import { ALL_TOKENS, energyPerToken, gpuCost, tokenCost } from "./cost.js";
import { counter, of, perSecond, ratio, when, WINDOW } from "./view-forms.js";

const MODEL = ["model"] as const;
const TENANT = ["model", "tenant"] as const;
const JOULES_OF_KWH = 3.6e6;

/** What follows from our metrics at each reading; the metrics themselves need no view. */
const gauges = () => [
  ratio(
    "tacho_kv_cache_usage_ratio",
    "Share of the KV cells that hold a token of a running or a cached sequence.",
    0,
    of("tacho_kv_cells_used", MODEL),
    of("tacho_kv_cells", MODEL),
  ),
  ratio(
    "tacho_prefix_cache_hit_ratio",
    "Share of the last minute's prompt tokens whose keys and values were already in the KV cache.",
    WINDOW,
    of("tacho_cached_prompt_tokens_total", MODEL),
    of("tacho_prompt_tokens_total", MODEL),
  ),
  perSecond(
    "tacho_tokens_per_second",
    "Tokens sampled a second over the last 5 s.",
    5,
    of("tacho_generation_tokens_total", MODEL),
  ),
  energyPerToken(
    "tacho_joules_per_token",
    "Energy of the GPU boards in the last minute for a token, split over models by the time their steps took.",
    1,
  ),
];

const cost = ({ prices }: DialectFacts) => [
  ...when(
    tokenCost(prices, ALL_TOKENS, TENANT).length > 0,
    counter(
      "tacho_cost_usd_total",
      "US dollars that the tokens of requests cost, by --price-input and --price-output.",
      tokenCost(prices, ALL_TOKENS, TENANT),
    ),
  ),
  ...when(
    prices.gpuHour !== null,
    counter(
      "tacho_gpu_cost_usd_total",
      "US dollars that the time of GPUs held by loaded models cost, by --price-gpu-hour.",
      gpuCost(prices, ["model", "gpu"]),
    ),
  ),
];

const carbon = ({ prices: { carbonIntensity } }: DialectFacts) =>
  when(
    carbonIntensity !== null,
    counter(
      "tacho_carbon_grams_total",
      "Grams of CO2 equivalent that the energy of the GPU boards stands for, by --carbon-intensity.",
      of("tacho_gpu_energy_joules_total", ["gpu"], { scale: (carbonIntensity ?? 0) / JOULES_OF_KWH }),
    ),
  );

export const tacho: Dialect = {
  name: "tacho",
  title: "tacho",
  views: (facts) => [gauges, cost, carbon].flatMap((group) => group(facts)),
  waiting: [],
  notes: {},
};
