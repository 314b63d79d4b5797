// Uses the telemetry as its arguments say, and prints which addons were loaded.
import { pathToFileURL } from "node:url";

const [index, ...steps] = process.argv.slice(2);
const { defineCatalog, openTelemetry } = await import(pathToFileURL(index).href);

const METRICS = {
  items: { type: "counter", name: "items_total", help: "Items.", labels: {} },
  traced: { type: "counter", name: "traced_total", help: "Traced.", labels: {}, exemplars: true },
};

const ADDON = /\.node$/;
const STEPS = {
  async record() {
    const telemetry = openTelemetry(defineCatalog({ items: METRICS.items }));
    telemetry.metrics.items.labels({}).inc();
    await telemetry.render();
    await telemetry.summary();
    telemetry.close();
  },
  trace() {
    const telemetry = openTelemetry(defineCatalog(METRICS));
    telemetry.metrics.traced.labels({}).inc();
    telemetry.close();
  },
};

for (const step of steps) await (step in STEPS ? STEPS[step]() : import(pathToFileURL(step).href));
console.log(JSON.stringify(process.report.getReport().sharedObjects.filter((file) => ADDON.test(file))));
