// npm run bench -- <name> [options]
import { UsageError } from "./command-line.mjs";
import { engine } from "./engine.mjs";
import { serve } from "./serve.mjs";
import { telemetryTorture } from "./telemetry-torture.mjs";
import { telemetry } from "./telemetry.mjs";

/** Each with its own defaults: options of one bench mean nothing to the others. */
async function all(args) {
  if (args.length > 0) throw new UsageError(`Expected no options for all but received '${args[0]}'.`);
  await engine([]);
  await serve(["--scenario", "all"]);
  await telemetry([]);
}

const BENCHES = { engine, serve, telemetry, "telemetry-torture": telemetryTorture, all };

const [name, ...args] = process.argv.slice(2);
try {
  const bench = Object.hasOwn(BENCHES, name ?? "") ? BENCHES[name] : null;
  if (bench === null)
    throw new UsageError(
      `Expected one of ${Object.keys(BENCHES).join(", ")}; received ${name ?? "nothing"}.`,
    );
  await bench(args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
