/** Where a view's label comes from: a label of the source metric, or the same text for every series. */
export type ViewLabel = { readonly from: string } | { readonly value: string };

/** One metric that a view shows. */
export interface ViewSource {
  /** The metric's name, e.g. `tacho_requests_total`. Nothing is shown while the segment has no such metric. */
  readonly metric: string;
  /** The number shown: a counter's or gauge's own, or a histogram's sum or count. Default `value`. */
  readonly take?: "value" | "sum" | "count";
  /** Of a histogram's count: only the events at or below this, which must be one of its recorded bounds. */
  readonly atMost?: number;
  /**
   * Multiplies values, sums and bucket bounds, e.g. 1000 for milliseconds from seconds. Default 1. Negative ones make
   * differences, and 0 shows the series without counting it; a histogram's must be positive.
   */
  readonly scale?: number;
  /** Shows only series with these label values. */
  readonly where?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * The labels shown, by name. Left out: all of the source's. Series that become alike are added up
   * (high-water and last gauges: the highest; where a scale is negative, each source's highest are added up).
   */
  readonly labels?: Readonly<Record<string, ViewLabel>>;
}

/** A family under another name: recorded once, and costing only when it is read. */
export interface ViewSpec {
  /** Written as it is; unlike a catalog's, a counter's name need not end in `_total`. */
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info" | "unknown";
  readonly help: string;
  readonly unit?: string;
  readonly from: ViewSource | readonly ViewSource[];
  /**
   * Of a histogram: the bounds shown, after scaling. Each must be one of the source's, else the view cannot tell the
   * truth; of a native histogram a power of two. Left out: all of the source's.
   */
  readonly bounds?: readonly number[];
}

/** What a derived view multiplies or divides by: the sum of its sources. */
export type ViewFactor = ViewSource | readonly ViewSource[];

/** times / per, each a product of its factors. */
export interface ViewProduct {
  /**
   * The first factor's labels are the view's. Another factor may have fewer: then it counts for all series that have
   * its labels' values.
   */
  readonly times: readonly ViewFactor[];
  /** A series is not shown while one of these is 0. */
  readonly per?: readonly ViewFactor[];
  /** Divides by the window's length in seconds too; needs a window. */
  readonly perSecond?: true;
  /** Default 1. */
  readonly scale?: number;
}

/** A quantile of what histograms recorded; their series are not shown while they recorded nothing. */
export interface ViewQuantile {
  /** 0 to 1. */
  readonly quantile: number;
  readonly of: ViewFactor;
}

/** What a derived view computes. */
export interface DerivedValue {
  /**
   * Seconds of the window whose changes of counters and histograms are taken; 0: all since the beginning. Gauges are
   * taken as they are now. At most 3600. Windows need `Telemetry.follow`, and reach at most to its call.
   */
  readonly over: number;
  readonly derive: ViewProduct | ViewQuantile;
}

/**
 * A gauge that is computed at each reading. No reading changes what another one sees. A series whose number is none,
 * for want of a factor or because of a divisor of 0, is not shown.
 */
export interface DerivedViewSpec extends DerivedValue {
  readonly name: string;
  readonly type: "gauge";
  readonly help: string;
  readonly unit?: string;
  /** More of the same gauge, be it over other windows. Series that become alike are added up. */
  readonly more?: readonly DerivedValue[];
}

export type AnyViewSpec = ViewSpec | DerivedViewSpec;

/** Views, or several arrays of them that are shown one after another. */
export type ViewArrays = readonly AnyViewSpec[] | readonly (readonly AnyViewSpec[])[];

/** Which families a reading shows. */
export interface ShownViews {
  /**
   * Shows these families instead of the metrics themselves. Keep each array of views: reading it is done once, however
   * many sets it is shown in.
   */
  views?: ViewArrays | undefined;
  /** Shows the metrics too, before the views. Default false. */
  withMetrics?: boolean | undefined;
}
