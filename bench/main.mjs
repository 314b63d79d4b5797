// npm run bench -- <name> [options]
import { serving } from "./serving.mjs";
import { telemetryTorture } from "./telemetry-torture.mjs";
import { telemetry } from "./telemetry.mjs";

const BENCHES = { serving, telemetry, "telemetry-torture": telemetryTorture };

const [name, ...args] = process.argv.slice(2);
const bench = BENCHES[name];
if (bench === undefined) {
  console.error(`Expected one of: ${Object.keys(BENCHES).join(", ")}; received ${name ?? "nothing"}.`);
  process.exit(2);
}
await bench(args);
