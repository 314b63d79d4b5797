import { quantileOf } from "./quantile.js";
import type {
  FamilySnapshot,
  HistogramSeries,
  ScalarSeries,
  Snapshot,
  StateSetSeries,
  SummarySeries,
} from "./snapshot.js";

/** Of a histogram's events; in the metric's own unit. */
export interface EventSummary {
  count: number;
  /** Left out, like other numbers, where it is not finite: JSON has no such. */
  mean?: number;
  [quantile: `p${number}`]: number;
  /** A bound that no event exceeded; not known of events beyond the last bound. */
  max?: number;
}

/** Small enough for a log line; see `summarize`. */
export type Summary = Record<string, number | string | EventSummary>;

/** A family's largest series are shown, up to so many. */
const MOST_SERIES = 5;
const QUANTILES = { p50: 0.5, p90: 0.9, p99: 0.99 } as const;
/** More than a bucket's width can vouch for. */
const DIGITS = 4;

function rounded(value: number): number {
  return Number(value.toPrecision(DIGITS));
}

/** A bare word as it is, any other text quoted, so that no two label sets read alike. */
function shownValue(value: string): string {
  return /^[\w.:/@+-]+$/.test(value) ? value : JSON.stringify(value);
}

function keyOf(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${shownValue(value)}`);
  return pairs.length === 0 ? name : `${name}{${pairs.join(",")}}`;
}

function finiteOnly(summary: EventSummary): EventSummary {
  const entries = Object.entries(summary).filter(([, value]) => Number.isFinite(value));
  return Object.fromEntries(entries) as EventSummary;
}

function highestBound({ native, buckets, count }: HistogramSeries): number {
  if (!native) return buckets.find((bucket) => bucket.count === count)?.le ?? Infinity;
  const last = native.counts.findLastIndex((events) => events > 0);
  return last < 0 ? native.zeroThreshold : 2 ** ((native.offset + last) * 2 ** -native.schema);
}

function summarizeHistogram(series: HistogramSeries): EventSummary {
  const summary: EventSummary = { count: series.count, mean: rounded(series.sum / series.count) };
  for (const [name, q] of Object.entries(QUANTILES))
    summary[name as keyof typeof QUANTILES] = rounded(quantileOf(series, q));
  return finiteOnly({ ...summary, max: rounded(highestBound(series)) });
}

function summarizeQuantiles({ count, sum, quantiles }: SummarySeries): EventSummary {
  const summary: EventSummary = { count, mean: rounded(sum / count) };
  for (const { quantile, value } of quantiles) summary[`p${rounded(quantile * 100)}`] = rounded(value);
  return finiteOnly(summary);
}

function foldEvents(rest: readonly { count: number; sum: number }[]): EventSummary {
  const count = rest.reduce((total, series) => total + series.count, 0);
  const sum = rest.reduce((total, series) => total + series.sum, 0);
  return finiteOnly({ count, mean: rounded(sum / count) });
}

/** How the series of a type are shown: those of size 0 not at all. */
interface Presentation<Series> {
  size: (series: Series) => number;
  show: (series: Series) => number | EventSummary;
  fold?: (rest: readonly Series[]) => number | EventSummary;
}

const HISTOGRAM: Presentation<HistogramSeries> = {
  size: ({ count }) => count,
  show: summarizeHistogram,
  fold: foldEvents,
};
const QUANTILE_SUMMARY: Presentation<SummarySeries> = {
  size: ({ count }) => count,
  show: summarizeQuantiles,
  fold: foldEvents,
};
/** Not folded, since a sum may mean nothing. */
const GAUGE: Presentation<ScalarSeries> = {
  size: ({ value }) => (Number.isFinite(value) ? Math.abs(value) : 0),
  show: ({ value }) => value,
};
const COUNTER: Presentation<ScalarSeries> = {
  ...GAUGE,
  fold: (rest) => rest.reduce((total, { value }) => total + value, 0),
};

function summarizeSeries<Series extends { labels: Record<string, string> }>(
  { name, series: all }: { name: string; series: readonly Series[] },
  { size, show, fold }: Presentation<Series>,
): Summary {
  const filled = all.filter((series) => size(series) > 0);
  const largest = new Set([...filled].sort((a, b) => size(b) - size(a)).slice(0, MOST_SERIES));
  const rest = filled.filter((series) => !largest.has(series));
  const shown = filled.filter((series) => largest.has(series));
  const entries = shown.map((series) => [keyOf(name, series.labels), show(series)] as const);
  if (rest.length > 0 && fold !== undefined) entries.push([`${name}{...}`, fold(rest)]);
  return Object.fromEntries(entries);
}

function summarizeStates({ name, series }: { name: string; series: readonly StateSetSeries[] }): Summary {
  const entries = series.map(({ labels, states }) => {
    const active = Object.keys(states).filter((state) => states[state]);
    return [keyOf(name, labels), active.join(",")] as const;
  });
  return Object.fromEntries(entries.filter(([, active]) => active !== ""));
}

function summarizeFamily(family: FamilySnapshot): Summary {
  switch (family.type) {
    case "info":
      return {};
    case "stateset":
      return summarizeStates(family);
    case "histogram":
      return summarizeSeries(family, HISTOGRAM);
    case "summary":
      return summarizeSeries(family, QUANTILE_SUMMARY);
    case "counter":
      return summarizeSeries(family, COUNTER);
    default:
      return summarizeSeries(family, GAUGE);
  }
}

/**
 * What someone wants to read of a snapshot in one log line, by `name{label=value,…}`: counters and gauges as
 * numbers, state sets as the states that are on, histograms as an `EventSummary`, rounded to four digits.
 * What is not there is zero: empty series are left out, as are infos, which do not change. Of a family, the five
 * largest series are shown; counters and histograms have the others folded into `name{...}`.
 */
export function summarize(snapshot: Snapshot): Summary {
  return Object.assign({}, ...Object.values(snapshot).map(summarizeFamily)) as Summary;
}
