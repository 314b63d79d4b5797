#!/usr/bin/env node
import { fileURLToPath } from "node:url";
import { catalog } from "./metrics/catalog.js";
import { runProgram } from "./server/program.js";
import { newSegmentPath, openTelemetry, sweepStaleSegments } from "./telemetry/index.js";

await runProgram({
  args: process.argv.slice(2),
  env: process.env,
  hostModule: fileURLToPath(new URL("./engine/host.js", import.meta.url)),
  openTelemetry: (metricsFile) => {
    sweepStaleSegments();
    const place = metricsFile === null ? { path: newSegmentPath() } : { path: metricsFile, adopt: true };
    // What is recorded names its trace by itself; the active span would be asked of OpenTelemetry, which stays unloaded.
    return openTelemetry(catalog, { ...place, exemplars: () => undefined });
  },
});
