import { readFileSync } from "node:fs";
import { catalog } from "../../src/metrics/catalog.js";
import { runtimeCatalog, type MetricSpec } from "../../src/telemetry/index.js";
import { metricsScript } from "./metrics-script.js";

const NVML = "native/telemetry/nvml";

const { gpuMetrics } = (await metricsScript("gpu-table.mjs")) as { gpuMetrics: () => MetricSpec[] };

/** The texts of a C++ initializer list. */
const textsOf = (list: string) => Array.from(list.matchAll(/"([^"]*)"/g), ([, text]) => text!);

/** The names of the GPUs' metrics by those that native code has for them. */
const GPU_NAMES = new Map(
  Array.from(
    readFileSync(`${NVML}/gpu_metrics.cpp`, "utf8").matchAll(/\{(\w+), k\w+, k\w+, "(\w+)"/g),
    ([, ours, name]) => [ours!, name!],
  ),
);

/** Where the labels of the GPUs' metrics are written, besides whose they are: the metric's name and the list. */
const SOURCES = [
  { file: "readings.cpp", written: /\{(\w+), \{([^}]*)\}, From/g },
  { file: "gpm_readings.cpp", written: /Metric::(\w+),\s+("\w+")/g },
];

function readingsIn({ file, written }: (typeof SOURCES)[number]) {
  const rows = [...readFileSync(`${NVML}/${file}`, "utf8").matchAll(written)];
  if (rows.length === 0) throw new Error(`Expected rows of readings in ${file} but found none.`);
  return rows.map(([, ours, list]) => ({ name: nameOf(ours!), values: textsOf(list!) }));
}

function nameOf(ours: string): string {
  const name = GPU_NAMES.get(ours);
  if (name === undefined) throw new Error(`Expected a row of ${ours} in gpu_metrics.cpp but found none.`);
  return name;
}

const READINGS = SOURCES.flatMap(readingsIn);

/** With the values of those labels that the reader's table has. */
function withValues(metric: MetricSpec): MetricSpec {
  const readings = READINGS.filter(({ name }) => name === metric.name);
  const own = Object.keys(metric.labels).filter((label) => label !== "gpu" && label !== "uuid");
  const domains = own.map((label, at) => [label, [...new Set(readings.map(({ values }) => values[at]!))]]);
  return readings.length === 0
    ? metric
    : { ...metric, labels: { ...metric.labels, ...(Object.fromEntries(domains) as MetricSpec["labels"]) } };
}

/** Every metric that a running server can have, by name. */
export const KNOWN_METRICS: ReadonlyMap<string, MetricSpec> = new Map(
  [
    ...Object.values<MetricSpec>(catalog.metrics),
    ...Object.values<MetricSpec>(runtimeCatalog.metrics),
    ...gpuMetrics().map(withValues),
  ].map((metric) => [metric.name, metric]),
);

/** A metric's labels that a view may name; a state set has its states as one. */
export function labelNamesOf(metric: MetricSpec): string[] {
  return [...Object.keys(metric.labels), ...(metric.type === "stateset" ? [metric.name] : [])];
}

/** The values that a label can have; undefined where they are not known beforehand. */
export function labelValuesOf(metric: MetricSpec, label: string): readonly string[] | undefined {
  if (metric.type === "stateset" && label === metric.name) return metric.states;
  const domain = metric.labels[label];
  return typeof domain === "object" ? domain : undefined;
}
