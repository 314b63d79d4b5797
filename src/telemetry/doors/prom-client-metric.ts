import type {
  ExemplarSnapshot,
  FamilySnapshot,
  HistogramSeries,
  ScalarSeries,
  StateSetSeries,
  SummarySeries,
} from "../reading/snapshot.js";

/** What `get()` of a metric answers in prom-client 15; more exact than its own types. */
export interface PromMetric {
  name: string;
  help: string;
  /** `counter`, `gauge`, `histogram` or `summary`; of ours also what else a text format knows. */
  type: string;
  values: PromValue[];
  /** How its cluster registry makes one of several processes' values. */
  aggregator: "sum" | "first";
}

export interface PromValue {
  labels: Record<string, unknown>;
  value: number;
  metricName?: string;
  exemplar?: PromExemplar | null;
}

interface PromExemplar {
  labelSet: Record<string, unknown>;
  value: number;
  /** Unix seconds. */
  timestamp: number;
}

function promExemplar(exemplar: ExemplarSnapshot | undefined): PromExemplar | null {
  if (exemplar === undefined) return null;
  const { traceId, spanId, value, timestamp } = exemplar;
  return { labelSet: { trace_id: traceId, span_id: spanId }, value, timestamp };
}

function scalarValues({ labels, value, exemplar }: ScalarSeries): PromValue[] {
  return [{ labels, value, exemplar: promExemplar(exemplar) }];
}

function stateValues(name: string, { labels, states }: StateSetSeries): PromValue[] {
  const entries = Object.entries(states);
  return entries.map(([state, isOn]) => ({ labels: { ...labels, [name]: state }, value: isOn ? 1 : 0 }));
}

function totalValues(name: string, labels: Record<string, string>, sum: number, count: number): PromValue[] {
  return [
    { labels, metricName: `${name}_sum`, value: sum },
    { labels, metricName: `${name}_count`, value: count },
  ];
}

function bucketValues(
  name: string,
  { labels, sum, count, buckets, exemplars }: HistogramSeries,
): PromValue[] {
  const values = buckets.map(({ le, count: value }, i): PromValue => {
    const below = buckets[i - 1]?.le ?? -Infinity;
    const exemplar = exemplars?.find((kept) => kept.value > below && kept.value <= le);
    const shownLe = le === Infinity ? "+Inf" : le;
    return {
      labels: { le: shownLe, ...labels },
      metricName: `${name}_bucket`,
      value,
      exemplar: promExemplar(exemplar),
    };
  });
  return [...values, ...totalValues(name, labels, sum, count)];
}

function quantileValues(name: string, { labels, sum, count, quantiles }: SummarySeries): PromValue[] {
  const values = quantiles.map(({ quantile, value }) => ({ labels: { quantile, ...labels }, value }));
  return [...values, ...totalValues(name, labels, sum, count)];
}

/** Ours in prom-client's shape. */
export function promValuesOf(family: FamilySnapshot): PromValue[] {
  const { name } = family;
  switch (family.type) {
    case "histogram":
      return family.series.flatMap((series) => bucketValues(name, series));
    case "stateset":
      return family.series.flatMap((series) => stateValues(name, series));
    case "summary":
      return family.series.flatMap((series) => quantileValues(name, series));
    default:
      return family.series.flatMap(scalarValues);
  }
}

const TRACE_LABELS = ["trace_id", "traceId", "traceID"];
const SPAN_LABELS = ["span_id", "spanId", "spanID"];

function idIn(
  labelSet: Record<string, unknown>,
  names: readonly string[],
  digits: number,
): string | undefined {
  const id = names.map((name) => labelSet[name]).find((value) => typeof value === "string");
  return id?.length === digits && /^[0-9a-f]*$/i.test(id) ? id : undefined;
}

/** Theirs may have any labels, ours have the ids of a trace and a span. */
function exemplarOf(exemplar: PromExemplar | null | undefined): ExemplarSnapshot | undefined {
  if (exemplar == null) return undefined;
  const { labelSet, value, timestamp } = exemplar;
  const traceId = idIn(labelSet, TRACE_LABELS, 32);
  const spanId = idIn(labelSet, SPAN_LABELS, 16);
  return traceId !== undefined && spanId !== undefined ? { traceId, spanId, value, timestamp } : undefined;
}

/** Without the label `own`, if any. prom-client takes numbers as values, and whatever else has a text. */
function labelsOf(labels: Record<string, unknown>, own?: string): Record<string, string> {
  const others = Object.entries(labels).filter(([label]) => label !== own);
  return Object.fromEntries(others.map(([label, value]) => [label, String(value)]));
}

function scalarSeries({ labels, value, exemplar }: PromValue): ScalarSeries {
  const kept = exemplarOf(exemplar);
  return { labels: labelsOf(labels), value, ...(kept && { exemplar: kept }) };
}

/** The values of each series, whose lines differ in the label `own` alone. */
function valuesBySeries(values: readonly PromValue[], own: string): [Record<string, string>, PromValue[]][] {
  const series = new Map<string, [Record<string, string>, PromValue[]]>();
  for (const value of values) {
    const labels = labelsOf(value.labels, own);
    const key = JSON.stringify(labels);
    const known = series.get(key);
    if (known === undefined) series.set(key, [labels, [value]]);
    else known[1].push(value);
  }
  return [...series.values()];
}

function totalsOf({ name }: PromMetric, values: readonly PromValue[]): { count: number; sum: number } {
  const valueOf = (suffix: string) => values.find(({ metricName }) => metricName === name + suffix)?.value;
  return { count: valueOf("_count") ?? 0, sum: valueOf("_sum") ?? 0 };
}

function histogramSeries(metric: PromMetric): HistogramSeries[] {
  return valuesBySeries(metric.values, "le").map(([labels, values]) => {
    const lines = values.filter((value) => value.labels["le"] !== undefined);
    const buckets = lines.map(({ labels: { le }, value }) => ({
      le: le === "+Inf" ? Infinity : Number(le),
      count: value,
    }));
    const exemplars = lines.flatMap(({ exemplar }) => exemplarOf(exemplar) ?? []);
    return { labels, ...totalsOf(metric, values), buckets, ...(exemplars.length > 0 && { exemplars }) };
  });
}

function summarySeries(metric: PromMetric): SummarySeries[] {
  return valuesBySeries(metric.values, "quantile").map(([labels, values]) => {
    const lines = values.filter((value) => value.labels["quantile"] !== undefined);
    const quantiles = lines.map((line) => ({ quantile: Number(line.labels["quantile"]), value: line.value }));
    return { labels, ...totalsOf(metric, values), quantiles };
  });
}

/** Theirs in our shape. */
export function familyOf(metric: PromMetric): FamilySnapshot {
  const { name, help, type } = metric;
  const head = { name, help, unit: "" };
  switch (type) {
    case "histogram":
      return { ...head, type, series: histogramSeries(metric) };
    case "summary":
      return { ...head, type, series: summarySeries(metric) };
    case "counter":
    case "gauge":
      return { ...head, type, series: metric.values.map(scalarSeries) };
    default:
      return { ...head, type: "unknown", series: metric.values.map(scalarSeries) };
  }
}
