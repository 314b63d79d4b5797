import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { catalog } from "../../src/metrics/catalog.js";
import type { Dialect, DialectFacts } from "../../src/metrics/dialect.js";
import type { AnyViewSpec, MetricSpec } from "../../src/telemetry/index.js";
import { runtimeCatalog } from "../../src/telemetry/index.js";
import { SOURCE_METRICS } from "../../src/telemetry/reading/metric-sources.js";

/** Labels of each series that a Prometheus which scrapes us has, by the series' names. */
export type KnownSeries = Map<string, ReadonlySet<string>>;

interface Family {
  readonly name: string;
  readonly type: string;
  readonly labels: readonly string[];
}

/** What a Prometheus adds to every series of a target. */
const TARGET_LABELS = ["job", "instance"];

/** What the telemetry writes of itself, and a Prometheus of each target and of its alerts. */
const OTHERS: readonly Family[] = [
  { name: "tacho_telemetry_series_overflowed_total", type: "counter", labels: ["metric"] },
  { name: "up", type: "gauge", labels: [] },
  { name: "scrape_duration_seconds", type: "gauge", labels: [] },
  { name: "scrape_samples_scraped", type: "gauge", labels: [] },
  { name: "scrape_samples_post_metric_relabeling", type: "gauge", labels: [] },
  { name: "scrape_series_added", type: "gauge", labels: [] },
  { name: "ALERTS", type: "gauge", labels: ["alertname", "alertstate", "severity"] },
];

/** With every price known, as then most is shown. */
const FACTS: DialectFacts = {
  version: "0.0.0",
  commit: "0000000",
  node: "node",
  environment: "test",
  cluster: "test",
  readingSpeed: 5.5,
  prices: { input: 1, output: 1, gpuHour: 1, carbonIntensity: 1 },
};

/** Every series under tacho's own names and under those of its dialects. */
export async function knownSeries(): Promise<KnownSeries> {
  const own = ownFamilies();
  const dialects = await readDialects();
  const views = dialects.flatMap((dialect) => dialect.views(FACTS).map((view) => familyOfView(view, own)));
  return seriesOf([...own.values(), ...views]);
}

/** Those of `folder`, so that a new file is known without a list. */
async function readDialects(): Promise<Dialect[]> {
  const folder = new URL("../../src/metrics/dialects/", import.meta.url);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"));
  const modules = await Promise.all(
    files.map((name) => import(new URL(name, folder).href) as Promise<object>),
  );
  return modules.flatMap((module) => Object.values(module) as unknown[]).filter(isDialect);
}

function isDialect(value: unknown): value is Dialect {
  return typeof value === "object" && value !== null && "views" in value && typeof value.views === "function";
}

function ownFamilies(): Map<string, Family> {
  const metrics: readonly MetricSpec[] = [
    ...Object.values(catalog.metrics),
    ...Object.values(runtimeCatalog.metrics),
    ...Object.values(SOURCE_METRICS),
  ];
  const families = [...metrics.map(familyOf), ...gpuFamilies(), ...OTHERS];
  return new Map(families.map((family) => [family.name, family]));
}

function familyOf({ name, type, labels }: MetricSpec): Family {
  return { name, type, labels: [...Object.keys(labels), ...(type === "stateset" ? [name] : [])] };
}

/** From the table in C++, since no program tells them where there is no GPU. */
function gpuFamilies(): Family[] {
  const table = new URL("../../native/telemetry/nvml/gpu_metrics.cpp", import.meta.url);
  const rows = readFileSync(fileURLToPath(table), "utf8").matchAll(
    /^ +\{\w+, k(\w+), k(\w+), "(\w+)", "\w*", \{(.*?)\},$/gm,
  );
  return [...rows].map(([, type, of, name, labels]) => ({
    name: name!,
    type: type === "Histogram" ? "nativeHistogram" : type!.toLowerCase(),
    labels: [...(of === "Gpu" ? ["gpu", "uuid"] : []), ...(labels!.match(/\w+/g) ?? [])],
  }));
}

function familyOfView(view: AnyViewSpec, own: ReadonlyMap<string, Family>): Family {
  const source =
    "from" in view ? view.from : "quantile" in view.derive ? view.derive.of : view.derive.times[0]!;
  const sources = [source].flat();
  const labels = sources.flatMap(({ labels, metric }) =>
    labels === undefined ? (own.get(metric)?.labels ?? []) : Object.keys(labels),
  );
  return { name: view.name, type: view.type, labels };
}

/** A native histogram has classic buckets in text, and none but its own name in protobuf. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  histogram: ["_sum", "_count", "_bucket"],
  nativeHistogram: ["_sum", "_count", "_bucket", ""],
};

function seriesOf(families: readonly Family[]): KnownSeries {
  const series = families.flatMap(({ name, type, labels }) =>
    (ENDINGS[type] ?? [""]).map((ending) => {
      const le = ending === "_bucket" ? ["le"] : [];
      return [name + ending, new Set([...labels, ...le, ...TARGET_LABELS])] as const;
    }),
  );
  return new Map(series);
}
