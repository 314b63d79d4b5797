import { readFileSync } from "node:fs";
import type { DialectFacts } from "../../src/metrics/dialect.js";

/** A metric as another system has it. */
export interface SystemMetric {
  name: string;
  type: "counter" | "gauge" | "histogram" | "info";
  labels: readonly string[];
  /** Whether the system's document has it, or its code alone. */
  documented: boolean;
  buckets?: readonly number[];
}

export type SystemName = "neuronetes" | "distributed-llm" | "neurectomy" | "ryot" | "orchestrator";

export const SYSTEMS = JSON.parse(readFileSync(new URL("systems.json", import.meta.url), "utf8")) as Readonly<
  Record<SystemName, readonly SystemMetric[]>
>;

/** With all that may be told. */
export const FACTS: DialectFacts = {
  version: "1.2.3",
  commit: "abc",
  node: "here",
  environment: "test",
  cluster: "one",
  readingSpeed: 5.5,
  prices: { input: 1, output: 2, gpuHour: 3, carbonIntensity: 400 },
};

export const NO_PRICES = { input: null, output: null, gpuHour: null, carbonIntensity: null } as const;
