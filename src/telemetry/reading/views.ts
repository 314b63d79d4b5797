/** Where a view's label comes from: a label of the source metric, or the same text for every series. */
export type ViewLabel = { readonly from: string } | { readonly value: string };

/** One metric that a view shows. */
export interface ViewSource {
  /** The metric's name, e.g. `tacho_requests_total`. Nothing is shown while the segment has no such metric. */
  readonly metric: string;
  /** The number shown: a counter's or gauge's own, or a histogram's sum or count. Default `value`. */
  readonly take?: "value" | "sum" | "count";
  /** Multiplies values, sums and bucket bounds, e.g. 1000 for milliseconds from seconds. Default 1. */
  readonly scale?: number;
  /** Shows only series with these label values. */
  readonly where?: Readonly<Record<string, string | readonly string[]>>;
  /**
   * The labels shown, by name. Left out: all of the source's. Series that become alike are added up
   * (high-water and last gauges: the highest).
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
