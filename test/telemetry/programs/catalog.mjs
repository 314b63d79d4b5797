/** What the writers of these tests record, in the test's own process and in its children alike. */
export const WRITER_METRICS = {
  items: { type: "counter", name: "items_total", help: "Items.", labels: { kind: "open" } },
  depth: { type: "gauge", name: "depth", help: "Depth.", labels: {} },
  latency: { type: "histogram", name: "latency_seconds", help: "Latency.", labels: {}, bounds: [0.1, 1] },
};
