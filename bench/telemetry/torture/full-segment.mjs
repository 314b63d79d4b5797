import { parse } from "./scrape.mjs";
import { check, checkEqual } from "./violation.mjs";

const LABEL_SETS = 5000;
const CATALOG = {
  requests: {
    type: "counter",
    name: "requests_total",
    help: "Requests.",
    labels: { client: "open" },
    maxSeries: 2 * LABEL_SETS,
  },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "Latency.",
    labels: { client: "open" },
    bounds: [0.5],
    maxSeries: 2 * LABEL_SETS,
  },
};
const CAPPED = { ...CATALOG, requests: { ...CATALOG.requests, maxSeries: 100 } };

/** What is too small, each alone. */
const NARROW = {
  cells: { catalog: CATALOG, sizes: { cellsPerShard: 1000 } },
  directory: { catalog: CATALOG, sizes: { directoryBytes: 8192 } },
  maxSeries: { catalog: CAPPED, sizes: {} },
};

/** Where a segment is full, recording throws nothing, loses nothing and says so. */
export async function fullSegment({ api }) {
  const figures = {};
  for (const [what, narrow] of Object.entries(NARROW)) figures[what] = await overflow(api, narrow);
  for (const path of [undefined, api.newSegmentPath()]) await withoutShards(api, path);
  return figures;
}

async function overflow(api, { catalog, sizes }) {
  const telemetry = api.openTelemetry(api.defineCatalog(catalog), { sizes });
  try {
    for (let i = 0; i < LABEL_SETS; i++) {
      const labels = { client: `client-${i}` };
      telemetry.metrics.requests.labels(labels).inc();
      telemetry.metrics.latency.labels(labels).observe(0.25);
    }
    const { samples } = parse((await telemetry.render()).toString());
    return {
      requests: account(samples, "requests_total", "requests_total"),
      latency: account(samples, "latency_seconds", "latency_seconds_count"),
    };
  } finally {
    telemetry.close();
  }
}

/** Every event is in its own series or in the overflow series, whose label sets are counted. */
function account(samples, metric, line) {
  const series = [...samples].filter(([name]) => name.startsWith(`${line}{`));
  const total = series.reduce((sum, [, value]) => sum + value, 0);
  checkEqual(`the sum over ${metric}`, total, LABEL_SETS);
  const overflowed = samples.get(`${line}{client="overflow"}`) ?? 0;
  const refused = samples.get(`tacho_telemetry_series_overflowed_total{metric="${metric}"}`) ?? 0;
  checkEqual(`the label sets refused of ${metric}`, refused, overflowed);
  return { series: series.length, overflowed };
}

/** Opening a writer is what fails, with a code; those that are open go on, and a closed one makes room. */
async function withoutShards(api, path) {
  const sizes = { shards: 2 };
  const telemetry = api.openTelemetry(api.defineCatalog(CATALOG), { path, sizes });
  try {
    const second = telemetry.openWriter();
    let code;
    try {
      telemetry.openWriter();
    } catch (error) {
      code = error.code;
    }
    checkEqual("the error of a third writer", code, "segment_full");
    const handle = second.metrics.requests.labels({ client: "second" });
    handle.inc();
    second.close();
    handle.inc(); // Lost, but no error: the hot path has none.
    const third = telemetry.openWriter();
    third.metrics.requests.labels({ client: "second" }).inc();
    const { samples } = parse((await telemetry.render()).toString());
    checkEqual("the total", samples.get('requests_total{client="second"}'), 2);
    check(third.cells.length > 0, "Expected the third writer to have cells.");
  } finally {
    telemetry.close();
  }
}
