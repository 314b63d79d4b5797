import { readFileSync } from "node:fs";

const SOURCE = new URL("../../native/telemetry/nvml/gpu_metrics.cpp", import.meta.url);

/** One row: `{metric, kType, kGpu|kReader, "name", "unit", {labels}, "help" ...},` */
const ROW =
  /\{\w+, k(Counter|Gauge|Info|Histogram), (kGpu|kReader), "(\w+)", "(\w*)", \{([^}]*)\},\s*((?:"(?:[^"\\]|\\.)*"\s*)+)\}/g;
const TYPES = { Counter: "counter", Gauge: "gauge", Info: "info", Histogram: "nativeHistogram" };

const stringsOf = (text) => Array.from(text.matchAll(/"(?:[^"\\]|\\.)*"/g), ([quoted]) => JSON.parse(quoted));

/** The metrics of the GPUs, which native code declares, as a catalog in TypeScript would have them. */
export function gpuMetrics() {
  const rows = readFileSync(SOURCE, "utf8").matchAll(ROW);
  return Array.from(rows, ([, type, scope, name, unit, labels, help]) => ({
    type: TYPES[type],
    name,
    help: stringsOf(help).join(""),
    ...(unit && { unit }),
    labels: Object.fromEntries(
      [...(scope === "kGpu" ? ["gpu", "uuid"] : []), ...stringsOf(labels)].map((label) => [
        label,
        "configured",
      ]),
    ),
  }));
}
