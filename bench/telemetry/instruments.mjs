// What is recorded, for every library alike: instruments with two labels, and values for them.

/** Seconds, as of a request's latency. */
export const BOUNDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];
export const NATIVE = { schema: 3, range: [1e-6, 1e3] };
export const LABEL_NAMES = ["model", "outcome"];
export const LABELS = { model: "tacho-mini", outcome: "success" };

/** A power of two, so that `&` makes an index; too many for a branch predictor to learn by heart. */
const VALUE_COUNT = 8192;
export const VALUE_MASK = VALUE_COUNT - 1;

/** Spread evenly over the doublings from `least` to `most`; the same at every run. */
function spreadValues(least, most) {
  let state = 1;
  return Float64Array.from({ length: VALUE_COUNT }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return least * (most / least) ** (state / 2 ** 32);
  });
}

/** A doubling beyond the bounds on either side. */
export const HISTOGRAM_VALUES = spreadValues(BOUNDS[0] / 2, BOUNDS.at(-1) * 2);
export const NATIVE_VALUES = spreadValues(...NATIVE.range);

/** tacho's instruments. */
export function tachoCatalog(maxSeries = 1000) {
  const common = { help: "Measured.", labels: { model: "open", outcome: "open" }, maxSeries };
  return {
    requests: { ...common, type: "counter", name: "requests_total" },
    depth: { ...common, type: "gauge", name: "depth" },
    latency: { ...common, type: "histogram", name: "latency_seconds", bounds: BOUNDS },
    native: { ...common, type: "nativeHistogram", name: "native_seconds", ...NATIVE },
  };
}
