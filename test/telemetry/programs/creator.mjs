// Creates a segment, says where, and ends without closing it, by the way named: `[index, path, "return"|"exit"|"throw"]`.
import { WRITER_METRICS } from "./catalog.mjs";

const [index, path, way] = process.argv.slice(2);
const { defineCatalog, openTelemetry } = await import(index);
const telemetry = openTelemetry(defineCatalog(WRITER_METRICS), { path });
telemetry.metrics.items.labels({ kind: "one" }).inc();
telemetry.openWriter();
console.log((await telemetry.render()).toString());
void telemetry.render();
if (way === "exit") process.exit(0);
if (way === "throw") throw new Error("on purpose");
