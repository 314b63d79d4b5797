// npm run bench -- <name> [options]
import { UsageError } from "./command-line.mjs";

/** Each with its own defaults: options of one bench mean nothing to the others. */
async function all(args) {
  if (args.length > 0) throw new UsageError(`Expected no options for all but received '${args[0]}'.`);
  await BENCHES.engine([]);
  await BENCHES.serve(["--scenario", "all"]);
  await BENCHES.telemetry([]);
}

/** Loaded when they are asked for: what one needs may be missing for another. */
const BENCHES = {
  engine: async (args) => (await import("./engine.mjs")).engine(args),
  serve: async (args) => (await import("./serve.mjs")).serve(args),
  nvml: async (args) => (await import("./nvml.mjs")).nvml(args),
  peers: async (args) => (await import("./preparation.mjs")).peers(args),
  model: async (args) => (await import("./preparation.mjs")).model(args),
  gpu: async (args) => (await import("./gpu/main.mjs")).gpu(args),
  "scrape-cost": async (args) => (await import("./scrape-cost.mjs")).scrapeCost(args),
  telemetry: async (args) => (await import("./telemetry.mjs")).telemetry(args),
  fuzz: async (args) => (await import("./fuzz.mjs")).fuzz(args),
  "telemetry-torture": async (args) => (await import("./telemetry-torture.mjs")).telemetryTorture(args),
  all,
};

const [name, ...args] = process.argv.slice(2);
try {
  if (!Object.hasOwn(BENCHES, name ?? "")) {
    const names = Object.keys(BENCHES).join(", ");
    throw new UsageError(`Expected one of: ${names}; received ${name ?? "nothing"}.`);
  }
  await BENCHES[name](args);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
