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

/** The views of several dialects together, each once and in the table's order whatever that of `names`. */
export function viewsOf(names: readonly DialectName[], facts: DialectFacts): AnyViewSpec[] {
  const chosen = DIALECT_NAMES.filter((name) => names.includes(name));
  return chosen.flatMap((name) => DIALECTS[name].views(facts));
}
