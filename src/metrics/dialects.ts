import type { AnyViewSpec } from "../telemetry/index.js";
import { DIALECT_NAMES, type Dialect, type DialectFacts, type DialectName } from "./dialect.js";
import { dcgm } from "./dialects/dcgm.js";
import { distributedLlm } from "./dialects/distributed-llm.js";
import { llamacpp } from "./dialects/llamacpp.js";
import { neurectomy } from "./dialects/neurectomy.js";
import { neuronetes } from "./dialects/neuronetes.js";
import { orchestrator } from "./dialects/orchestrator.js";
import { otel } from "./dialects/otel.js";
import { ryot } from "./dialects/ryot.js";
import { tacho } from "./dialects/tacho.js";
import { tgi } from "./dialects/tgi.js";
import { vllm } from "./dialects/vllm.js";

export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  tacho,
  neuronetes,
  "distributed-llm": distributedLlm,
  neurectomy,
  ryot,
  orchestrator,
  vllm,
  llamacpp,
  tgi,
  otel,
  dcgm,
};

/** @throws RangeError for a name that is none. */
export function dialectName(name: string): DialectName {
  const known = DIALECT_NAMES.find((dialect) => dialect === name);
  if (known !== undefined) return known;
  throw new RangeError(
    `Expected dialects of ${DIALECT_NAMES.join(", ")} but received ${JSON.stringify(name)}.`,
  );
}

const made = new WeakMap<DialectFacts, Map<string, readonly AnyViewSpec[]>>();

/**
 * The views of several dialects together, each once and in the table's order whatever that of `names`. The same array
 * each time for the same facts: renderers know what they have compiled by it.
 * @throws RangeError for a name that is no dialect's.
 */
export function viewsOf(names: readonly string[], facts: DialectFacts): readonly AnyViewSpec[] {
  const wanted = new Set(names.map(dialectName));
  const chosen = DIALECT_NAMES.filter((name) => wanted.has(name));
  const known = made.get(facts) ?? new Map<string, readonly AnyViewSpec[]>();
  made.set(facts, known);
  const key = chosen.join(",");
  const views = known.get(key) ?? chosen.flatMap((name) => DIALECTS[name].views(facts));
  known.set(key, views);
  return views;
}
