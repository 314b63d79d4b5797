import type { AnyViewSpec } from "../telemetry/index.js";

export const DIALECT_NAMES = [
  "tacho",
  "neuronetes",
  "distributed-llm",
  "neurectomy",
  "ryot",
  "orchestrator",
  "vllm",
  "llamacpp",
  "tgi",
  "otel",
  "dcgm",
] as const;
export type DialectName = (typeof DIALECT_NAMES)[number];

/** What operators say of prices; null for what they leave unsaid. Metrics that would need it are not shown. */
export interface Prices {
  /** US dollars for 1,000 prompt tokens. */
  readonly input: number | null;
  /** US dollars for 1,000 generated tokens. */
  readonly output: number | null;
  /** US dollars for an hour of one GPU. */
  readonly gpuHour: number | null;
  /** Grams of CO2 equivalent for a kilowatt-hour. */
  readonly carbonIntensity: number | null;
}

/** What views need to know of the server that they show. */
export interface DialectFacts {
  readonly version: string;
  readonly commit: string;
  /** Name of this machine. */
  readonly node: string;
  readonly environment: string;
  readonly cluster: string;
  /** Tokens a second at which an answer is consumed. */
  readonly readingSpeed: number;
  readonly prices: Prices;
}

/** A metric that cannot be shown, and the feature it waits for. */
export interface WaitingMetric {
  readonly name: string;
  readonly needs: string;
}

/** Another system's metrics, made of ours. */
export interface Dialect {
  readonly name: DialectName;
  /** As its makers write it. */
  readonly title: string;
  views(facts: DialectFacts): readonly AnyViewSpec[];
  readonly waiting: readonly WaitingMetric[];
  /** Where a metric means, or is, something else than its system says. By its name. */
  readonly notes: Readonly<Record<string, string>>;
}
