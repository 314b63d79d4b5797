/**
 * What a label's values may be: a closed list, whatever the operator configures, or whatever clients send.
 * Values outside a closed list are refused; the other two are bounded by `maxSeries`.
 */
export type LabelDomain = readonly string[] | "configured" | "open";

interface MetricBase {
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelDomain>>;
  /** Base unit, such as "seconds" or "bytes"; the name must end in it (before `_total`). */
  readonly unit?: string;
  /** Label sets beyond this many share one series whose label values are all "overflow". Default 1000. */
  readonly maxSeries?: number;
}

interface WithExemplars {
  /** Keep the trace and span of recent events; each takes 48 bytes of a shard. Default false. */
  readonly exemplars?: boolean;
}

export interface CounterSpec extends MetricBase, WithExemplars {
  readonly type: "counter";
  readonly name: `${string}_total`;
}

/**
 * How the values of several writers make one:
 * - `sum`: of the living writers; recorded by `set`, `inc` and `dec`.
 * - `last`: what was set last, by a writer that lives; a `set` reads the clock (40 ns).
 * - `high-water`: the highest ever, be its writer dead; recorded by `raise`.
 * - `function`: the sum of what the living writers' functions return when the metrics are read.
 */
export type GaugeMode = "sum" | "last" | "high-water" | "function";

export interface GaugeSpec extends MetricBase {
  readonly type: "gauge";
  readonly name: string;
  /** Default `sum`. */
  readonly mode?: GaugeMode;
}

export interface HistogramSpec extends MetricBase, WithExemplars {
  readonly type: "histogram";
  readonly name: string;
  /** Inclusive upper bounds of the buckets, increasing and finite; the bucket to +Inf is added. */
  readonly bounds: readonly number[];
  /** Those of them that are shown under the metric's own name; views can show the others too. Default: all. */
  readonly shown?: readonly number[];
}

/** Base-2 exponential buckets: Prometheus' native histogram, OpenTelemetry's exponential one. */
export interface NativeHistogramSpec extends MetricBase, WithExemplars {
  readonly type: "nativeHistogram";
  readonly name: string;
  /**
   * Values that are told apart, e.g. [1e-6, 1e3] in seconds. Those at or below the first are counted as zero,
   * those above the second in one last bucket. Each doubling takes 2^schema cells of 8 bytes a series.
   */
  readonly range: readonly [least: number, most: number];
  /** -4 to 8: buckets grow by 2^(2^-schema). Default 3: by 9 %, which finds quantiles within 4.4 %. */
  readonly schema?: number;
}

/** A series of value 1 whose labels are the information, such as a version. */
export interface InfoSpec extends MetricBase {
  readonly type: "info";
  readonly name: `${string}_info`;
}

/** One series a state, 1 or 0, told apart by a label of the metric's own name. */
export interface StateSetSpec extends MetricBase {
  readonly type: "stateset";
  readonly name: string;
  readonly states: readonly string[];
}

export type MetricSpec =
  CounterSpec | GaugeSpec | HistogramSpec | NativeHistogramSpec | InfoSpec | StateSetSpec;
export type MetricType = MetricSpec["type"];

/** The argument of `labels()`: a closed list allows its members, any other domain any string. */
export type LabelValues<M extends MetricSpec> = [keyof M["labels"]] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [L in keyof M["labels"]]: M["labels"][L] extends readonly (infer V)[] ? V : string };

export const DEFAULT_MAX_SERIES = 1000;
export const DEFAULT_SCHEMA = 3;
