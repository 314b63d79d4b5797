export declare const WRITER_METRICS: {
  readonly items: {
    readonly type: "counter";
    readonly name: "items_total";
    readonly help: string;
    readonly labels: { readonly kind: "open" };
  };
  readonly depth: {
    readonly type: "gauge";
    readonly name: "depth";
    readonly help: string;
    readonly labels: {};
  };
  readonly latency: {
    readonly type: "histogram";
    readonly name: "latency_seconds";
    readonly help: string;
    readonly labels: {};
    readonly bounds: readonly number[];
  };
};
