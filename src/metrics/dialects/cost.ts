import type { AnyViewSpec, DerivedViewSpec, ViewSource } from "../../telemetry/index.js";
import type { Prices } from "../dialect.js";
import { derived, of, type LabelList } from "./view-forms.js";

const THOUSAND = 1000;
const SECONDS_OF_HOUR = 3600;

/** Which of our counters hold the tokens that something cost. */
interface TokenCounter {
  readonly prompt: Pick<ViewSource, "metric" | "where">;
  readonly generated: Pick<ViewSource, "metric" | "where">;
}

const ofKinds = (metric: string): TokenCounter => ({
  prompt: { metric, where: { kind: "prompt" } },
  generated: { metric, where: { kind: "generation" } },
});

export const ALL_TOKENS: TokenCounter = {
  prompt: { metric: "tacho_prompt_tokens_total" },
  generated: { metric: "tacho_generation_tokens_total" },
};
export const ROUTE_TOKENS = ofKinds("tacho_route_tokens_total");
export const SESSION_TOKENS = ofKinds("tacho_session_tokens_total");

/** How many tokens, whatever they cost. */
export function tokens({ prompt, generated }: TokenCounter, labels: LabelList): ViewSource[] {
  return [prompt, generated].map(({ metric, ...where }) => of(metric, labels, where));
}

export function hasTokenPrices({ input, output }: Prices): boolean {
  return input !== null || output !== null;
}

export function hasPrices(prices: Prices): boolean {
  return hasTokenPrices(prices) || prices.gpuHour !== null;
}

/** US dollars for the tokens; a kind of token without a price is free. */
export function tokenCost(prices: Prices, counter: TokenCounter, labels: LabelList): ViewSource[] {
  const priced = [
    { ...counter.prompt, price: prices.input },
    { ...counter.generated, price: prices.output },
  ];
  return priced.flatMap(({ metric, price, ...where }) =>
    price === null ? [] : [of(metric, labels, { ...where, scale: price / THOUSAND })],
  );
}

/** US dollars for the time that models held GPUs. */
export function gpuCost({ gpuHour }: Prices, labels: LabelList): ViewSource {
  return of("tacho_gpu_held_seconds_total", labels, { scale: (gpuHour ?? 0) / SECONDS_OF_HOUR });
}

interface CostPer {
  readonly name: string;
  readonly help: string;
  /** Seconds. */
  readonly over: number;
  readonly of: TokenCounter;
  readonly labels: LabelList;
  /** Those of `labels` that GPU time knows: it is split by tokens over the others. */
  readonly gpuLabels: LabelList;
  /** What the cost is divided by. */
  readonly per: ViewSource | readonly ViewSource[];
  /** Default 1: US dollars. */
  readonly scale?: number;
}

/** A mean cost: by the prices of tokens, else, where only a GPU's hour has a price, by the tokens' share of that. */
export function meanCost(prices: Prices, cost: CostPer): readonly DerivedViewSpec[] {
  const { name, help, over, labels, gpuLabels, per, scale = 1 } = cost;
  if (!hasPrices(prices)) return [];
  if (hasTokenPrices(prices))
    return [derived(name, help, over, { times: [tokenCost(prices, cost.of, labels)], per: [per], scale })];
  const times = [tokens(cost.of, labels), gpuCost(prices, gpuLabels)];
  return [derived(name, help, over, { times, per: [tokens(ALL_TOKENS, gpuLabels), per], scale })];
}

/** What the counter of all cost is made of; nothing without a price. */
export function totalCost(prices: Prices, labels: LabelList): readonly ViewSource[] {
  if (hasTokenPrices(prices)) return tokenCost(prices, ALL_TOKENS, labels);
  return hasPrices(prices) ? [gpuCost(prices, labels)] : [];
}

/** Joules of all GPUs by model: split by the time that each model's steps took, and divided by its tokens. */
export function energyPerToken(name: string, help: string, scale: number): AnyViewSpec {
  const stepTime = (labels: LabelList) => of("tacho_engine_step_duration_seconds", labels, { take: "sum" });
  return derived(name, help, 60, {
    times: [stepTime(["model"]), of("tacho_gpu_energy_joules_total")],
    per: [stepTime([]), tokens(ALL_TOKENS, ["model"])],
    scale,
  });
}
