/** What the tortured writers record, in every process alike. */
export const CATALOG = {
  shared: { type: "counter", name: "shared_total", help: "By all writers.", labels: {} },
  own: { type: "counter", name: "own_total", help: "By one writer.", labels: { writer: "open" } },
  grown: { type: "counter", name: "grown_total", help: "New series.", labels: { series: "open" } },
  depth: { type: "gauge", name: "depth", help: "Depth.", labels: { writer: "open" } },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "By all writers.",
    labels: {},
    bounds: [0.125, 1, 8],
  },
  native: {
    type: "nativeHistogram",
    name: "native_seconds",
    help: "By all writers.",
    labels: {},
    range: [2 ** -4, 2 ** 4],
    schema: 0,
  },
};

/** One a bucket, in turn. Sums of them are exact in any order. */
export const VALUES = [0.0625, 0.5, 4, 32];
