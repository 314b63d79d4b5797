import type { AnyViewSpec } from "../telemetry/index.js";
import type { Dialect, DialectFacts, DialectName } from "./dialect.js";
import { dcgm } from "./dialects/dcgm.js";
import { llamacpp } from "./dialects/llamacpp.js";
import { otel } from "./dialects/otel.js";
import { tgi } from "./dialects/tgi.js";
import { vllm } from "./dialects/vllm.js";

export const DIALECTS: readonly Dialect[] = [vllm, llamacpp, tgi, otel, dcgm];

/** The views of these dialects, one behind the other; `tacho` has none, being the metrics themselves. */
export function viewsOf(names: readonly DialectName[], facts: DialectFacts): AnyViewSpec[] {
  const chosen = DIALECTS.filter(({ name }) => names.includes(name));
  // Derived views are not rendered yet.
  return chosen.flatMap((dialect) => dialect.views(facts)).filter((view) => !("derive" in view));
}
