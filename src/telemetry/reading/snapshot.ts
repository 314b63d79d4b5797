import type { Exemplar } from "../instruments/exemplar.js";

/** The types that formats know; `unknown` is text 0.0.4's untyped. */
export type FamilyType = "counter" | "gauge" | "histogram" | "info" | "stateset" | "summary" | "unknown";

export interface ExemplarSnapshot extends Exemplar {
  value: number;
  /** Unix seconds. */
  timestamp: number;
}

interface SeriesBase {
  labels: Record<string, string>;
  /** Unix seconds; of a counter or histogram. */
  created?: number;
}

export interface ScalarSeries extends SeriesBase {
  value: number;
  exemplar?: ExemplarSnapshot;
}

export interface HistogramSeries extends SeriesBase {
  count: number;
  sum: number;
  /** Cumulative, in increasing order; the last is +Infinity. A native histogram's at powers of two only. */
  buckets: { le: number; count: number }[];
  /** Of a native histogram: every bucket. */
  native?: {
    schema: number;
    zeroThreshold: number;
    zeroCount: number;
    /** Index of the first of `counts`; bucket i reaches from 2^((i-1)/2^schema), exclusive, to 2^(i/2^schema). */
    offset: number;
    counts: number[];
  };
  exemplars?: ExemplarSnapshot[];
}

export interface StateSetSeries extends SeriesBase {
  states: Record<string, boolean>;
}

export interface SummarySeries extends SeriesBase {
  count: number;
  sum: number;
  quantiles: { quantile: number; value: number }[];
}

interface Family<Type extends FamilyType, Series> {
  /** Of a counter with `_total`, of an info with `_info`. */
  name: string;
  type: Type;
  help: string;
  /** Empty where there is none. */
  unit: string;
  series: Series[];
}

/** One metric at one moment, all writers taken together. */
export type FamilySnapshot =
  | Family<"counter" | "gauge" | "info" | "unknown", ScalarSeries>
  | Family<"histogram", HistogramSeries>
  | Family<"stateset", StateSetSeries>
  | Family<"summary", SummarySeries>;

/** By family name. */
export type Snapshot = Record<string, FamilySnapshot>;
