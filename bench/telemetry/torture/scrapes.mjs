import { CATALOG, VALUES } from "./catalog.mjs";
import { Watcher } from "./scrape.mjs";
import { checkEqual } from "./violation.mjs";
import { openProcess, openWorker } from "./writers.mjs";

/**
 * Two readers with a mapping each render again and again, at the same time, while two threads and two processes write
 * flat out: nothing goes back, no histogram contradicts itself, and at rest every total is exact.
 */
export async function scrapesAgainstWriters({ api, telemetry, scrapes }) {
  const catalog = api.defineCatalog(CATALOG);
  const owner = api.openTelemetry(catalog, { path: api.newSegmentPath() });
  const other = api.openTelemetry(catalog, { path: owner.path, attach: true });
  const open = [openProcess, openProcess, openWorker, openWorker];
  const writers = await Promise.all(open.map((kind) => kind({ telemetry, path: owner.path })));
  const reports = writers.map((writer, i) => writer.ask({ do: "flood", writer: `writer-${i}` }));
  try {
    const watcher = new Watcher();
    const started = performance.now();
    while (watcher.scrapes < scrapes) {
      // Neither precedes the other, so each is compared with the pair before.
      const { before } = watcher;
      for (const text of await Promise.all([owner.render(), other.render()])) {
        watcher.before = before;
        watcher.look(text.toString("latin1"));
      }
    }
    const seconds = (performance.now() - started) / 1000;
    for (const writer of writers) writer.order({ do: "stop" });
    const counted = (await Promise.all(reports)).map((report) => report.counted);
    const samples = watcher.look((await owner.render()).toString("latin1"));
    checkTotals(samples, counted);
    return { scrapes: watcher.scrapes, seconds: Math.round(seconds), updates: sum(counted) };
  } finally {
    await Promise.all(writers.map((writer) => writer.end()));
    other.close();
    owner.close();
  }
}

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

function checkTotals(samples, counted) {
  const total = sum(counted);
  counted.forEach((count, i) => {
    const line = `own_total{writer="writer-${i}"}`;
    checkEqual(line, samples.get(line), count);
  });
  checkEqual("shared_total", samples.get("shared_total"), total);
  checkEqual("latency_seconds_count", samples.get("latency_seconds_count"), total);
  checkEqual(
    "latency_seconds_sum",
    samples.get("latency_seconds_sum"),
    (sum(VALUES) * total) / VALUES.length,
  );
  CATALOG.latency.bounds.forEach((bound, i) => {
    const line = `latency_seconds_bucket{le="${bound}"}`;
    checkEqual(line, samples.get(line), ((i + 1) * total) / VALUES.length);
  });
}
