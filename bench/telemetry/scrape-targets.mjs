// The same series in tacho and in prom-client, to be rendered.
const HISTOGRAMS = 16;
const COUNTERS = 20;
const GAUGES = 12;
/** 24 lines a histogram: 22 buckets, sum and count. */
const BOUNDS = Array.from({ length: 21 }, (_, i) => 0.001 * 2 ** i);
const MODELS = ["small", "medium", "large", "huge"];
const SIDE = 100;

const times = (count, make) => Array.from({ length: count }, (_, i) => make(i));

/** One engine's usual catalog: 416 lines. */
const USUAL = [
  ...times(HISTOGRAMS / MODELS.length, (i) => ({ type: "histogram", name: `h${i}_seconds` })),
  ...times(COUNTERS / MODELS.length, (i) => ({ type: "counter", name: `c${i}_total` })),
  ...times(GAUGES / MODELS.length, (i) => ({ type: "gauge", name: `g${i}` })),
];
const USUAL_LABELS = MODELS.map((model) => ({ model, outcome: "success" }));

/** One counter with 10,000 label sets. */
const LARGE = [{ type: "counter", name: "requests_total" }];
const LARGE_LABELS = times(SIDE ** 2, (i) => ({
  model: `model-${Math.floor(i / SIDE)}`,
  outcome: `outcome-${i % SIDE}`,
}));

export const SHAPES = {
  416: { metrics: USUAL, labelSets: USUAL_LABELS },
  10000: { metrics: LARGE, labelSets: LARGE_LABELS },
};

const RECORD = {
  counter: (handle, i) => handle.inc(1 + i * 3),
  gauge: (handle, i) => handle.set(i * 0.37),
  histogram: (handle, i) => BOUNDS.forEach((bound, k) => handle.observe(bound * (1 + ((i + k) % 3)))),
};

/** Each makes `{ render, change }`: the text as a promise, and one more event, so that no two texts are alike. */
export const TARGETS = {
  async tacho({ metrics, labelSets }, index) {
    const { defineCatalog, openTelemetry } = await import(index);
    const common = { help: "Measured.", labels: { model: "open", outcome: "open" }, maxSeries: 20_000 };
    const specs = metrics.map((metric) => ({
      ...common,
      ...metric,
      ...(metric.type === "histogram" ? { bounds: BOUNDS } : {}),
    }));
    const telemetry = openTelemetry(
      defineCatalog(Object.fromEntries(specs.map((spec) => [spec.name, spec]))),
    );
    for (const { name, type } of metrics)
      labelSets.forEach((labels, i) => RECORD[type](telemetry.metrics[name].labels(labels), i));
    const first = telemetry.metrics[metrics.at(-1).name].labels(labelSets[0]);
    return { render: () => telemetry.render(), change: () => first.inc() };
  },
  async "prom-client"({ metrics, labelSets }) {
    const { default: prom } = await import("prom-client");
    const kinds = { counter: prom.Counter, gauge: prom.Gauge, histogram: prom.Histogram };
    const made = metrics.map(({ type, name }) => {
      const common = { name, help: "Measured.", labelNames: ["model", "outcome"] };
      return new kinds[type](type === "histogram" ? { ...common, buckets: BOUNDS } : common);
    });
    made.forEach((metric, m) =>
      labelSets.forEach((labels, i) => RECORD[metrics[m].type](metric.labels(labels), i)),
    );
    const first = made.at(-1).labels(labelSets[0]);
    return { render: () => prom.register.metrics(), change: () => first.inc() };
  },
};
