import { DIALECTS } from "../../src/metrics/dialects.js";
import type { AnyViewSpec, MetricSpec } from "../../src/telemetry/index.js";
import { SOURCE_METRICS } from "../../src/telemetry/reading/metric-sources.js";
import { KNOWN_METRICS, labelNamesOf } from "../metrics/recorded-metrics.js";
import { FACTS } from "../metrics/systems.js";
import { labelSourcesOf } from "../metrics/view-parts.js";

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

/** Every series under tacho's own names and under those of its dialects. */
export function knownSeries(): KnownSeries {
  const own = [...KNOWN_METRICS.values(), ...Object.values<MetricSpec>(SOURCE_METRICS)].map(familyOf);
  const views = Object.values(DIALECTS).flatMap((dialect) => dialect.views(FACTS).map(familyOfView));
  return seriesOf([...own, ...views, ...OTHERS]);
}

function familyOf(metric: MetricSpec): Family {
  return { name: metric.name, type: metric.type, labels: labelNamesOf(metric) };
}

function familyOfView(view: AnyViewSpec): Family {
  const labels = labelSourcesOf(view).flatMap(({ labels, metric }) =>
    labels === undefined ? familyOf(KNOWN_METRICS.get(metric)!).labels : Object.keys(labels),
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
