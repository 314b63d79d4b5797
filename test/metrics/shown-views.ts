import type { Dialect } from "../../src/metrics/dialect.js";
import type { AnyViewSpec } from "../../src/telemetry/index.js";
import { KNOWN_METRICS, labelNamesOf } from "./recorded-metrics.js";
import { FACTS } from "./systems.js";
import { labelSourcesOf } from "./view-parts.js";

/** Name and type of what is shown. */
export function typesOf(dialect: Dialect): Record<string, string> {
  return Object.fromEntries(dialect.views(FACTS).map(({ name, type }) => [name, type]));
}

export function viewOf(dialect: Dialect, name: string): AnyViewSpec {
  const view = dialect.views(FACTS).find((one) => one.name === name);
  if (!view) throw new Error(`${dialect.name} shows no ${name}`);
  return view;
}

/** Of a view whose sources all have the same. */
export function labelsOf(view: AnyViewSpec): string[] {
  const { metric, labels } = labelSourcesOf(view)[0]!;
  return (labels ? Object.keys(labels) : labelNamesOf(KNOWN_METRICS.get(metric)!)).sort();
}
