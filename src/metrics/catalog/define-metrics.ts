import type { CatalogSpec } from "../../telemetry/index.js";

/** A part of the catalog, with the literal types that its handles are made from. */
export function defineMetrics<const C extends CatalogSpec>(metrics: C): C {
  return metrics;
}
