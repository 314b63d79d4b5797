/** The `tacho` command as built, with the scripted engine host in the engine's place. */
import { fileURLToPath } from "node:url";
import { catalog } from "../../dist/metrics/catalog.js";
import { runProgram } from "../../dist/server/program.js";
import { newSegmentPath, openTelemetry } from "../../dist/telemetry/index.js";

await runProgram({
  args: process.argv.slice(2),
  env: process.env,
  hostModule: fileURLToPath(new URL("scripted-host.mjs", import.meta.url)),
  openTelemetry: (file) =>
    openTelemetry(catalog, file ? { path: file, adopt: true } : { path: newSegmentPath() }),
});
