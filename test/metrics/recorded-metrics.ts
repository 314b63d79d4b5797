import { readFileSync } from "node:fs";
import { catalog } from "../../src/metrics/catalog.js";
import { runtimeCatalog, type MetricSpec } from "../../src/telemetry/index.js";

export interface KnownMetric {
  type: MetricSpec["type"];
  /** The values that a label can have; null where they are not known beforehand. */
  labels: Record<string, readonly string[] | null>;
  bounds: readonly number[];
}

const GPU_TYPES: Record<string, MetricSpec["type"]> = {
  kCounter: "counter",
  kGauge: "gauge",
  kInfo: "info",
  kHistogram: "nativeHistogram",
};

function ofCatalog(spec: MetricSpec): [string, KnownMetric] {
  const labels = Object.entries(spec.labels).map(([name, domain]) => [
    name,
    typeof domain === "string" ? null : domain,
  ]);
  const known: KnownMetric = {
    type: spec.type,
    labels: Object.fromEntries(labels) as KnownMetric["labels"],
    bounds: spec.type === "histogram" ? spec.bounds : [],
  };
  if (spec.type === "stateset") known.labels[spec.name] = spec.states;
  return [spec.name, known];
}

/** The texts of a C++ initializer list. */
const textsOf = (list: string) => Array.from(list.matchAll(/"([^"]*)"/g), ([, text]) => text!);

/** What the native reader of GPUs records, from its table. */
function gpuMetrics(): [string, KnownMetric][] {
  const source = readFileSync("native/telemetry/nvml/gpu_metrics.cpp", "utf8");
  const rows = source.matchAll(/\{\w+, (k\w+), (k\w+), "(tacho_\w+)", "\w*", \{([^}]*)\},/g);
  return Array.from(rows, ([, type, of, name, labels]) => {
    const names = [...(of === "kGpu" ? ["gpu", "uuid"] : []), ...textsOf(labels!)];
    const known: KnownMetric = {
      type: GPU_TYPES[type!]!,
      labels: Object.fromEntries(names.map((label) => [label, null])),
      bounds: [],
    };
    return [name!, known];
  });
}

/** All that this server can record, by name. */
export const KNOWN_METRICS: ReadonlyMap<string, KnownMetric> = new Map([
  ...Object.values<MetricSpec>(catalog.metrics).map(ofCatalog),
  ...Object.values<MetricSpec>(runtimeCatalog.metrics).map(ofCatalog),
  ...gpuMetrics(),
]);

/** The values that the reader of GPUs writes as labels, of all metrics together. */
const READING_LABELS = /\{\w+, \{([^}]*)\}, From/g;
const PIPE = /pipe_active, ("\w+")/g;

function textsIn(source: string, pattern: RegExp): readonly string[] {
  const found = readFileSync(`native/telemetry/nvml/${source}`, "utf8").matchAll(pattern);
  return Array.from(found, ([, list]) => textsOf(list!)).flat();
}

export const GPU_LABEL_VALUES: ReadonlySet<string> = new Set([
  ...textsIn("readings.cpp", READING_LABELS),
  ...textsIn("gpm_readings.cpp", PIPE),
]);
