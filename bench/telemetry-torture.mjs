// What the telemetry promises, put to the test for as long as one likes. Ends with 1 when a promise is broken.
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { machine, save } from "./figures.mjs";
import { adoptedSegments } from "./telemetry/torture/adoption.mjs";
import { fullSegment } from "./telemetry/torture/full-segment.mjs";
import { killedWriters } from "./telemetry/torture/kills.mjs";
import { restartedWriters } from "./telemetry/torture/restarts.mjs";
import { scrapesAgainstWriters } from "./telemetry/torture/scrapes.mjs";

const SCENARIOS = {
  scrapes: scrapesAgainstWriters,
  kills: killedWriters,
  restarts: restartedWriters,
  "full-segment": fullSegment,
  adoption: adoptedSegments,
};

const OPTIONS = {
  scrapes: { type: "string", default: "1000000" },
  /** Writers that are killed. */
  kills: { type: "string", default: "300" },
  /** Writers that are closed and opened again in one process. */
  restarts: { type: "string", default: "10000" },
  /** Processes and threads that end and begin again. */
  processes: { type: "string", default: "400" },
  /** Times that processes adopt one segment at the same instant. */
  races: { type: "string", default: "1000" },
  /** One scenario alone. */
  only: { type: "string" },
  /** The module to torture. */
  telemetry: {
    type: "string",
    default: fileURLToPath(new URL("../dist/telemetry/index.js", import.meta.url)),
  },
  json: { type: "string" },
};

export async function telemetryTorture(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { only, telemetry, json, ...counts } = values;
  if (only !== undefined && !(only in SCENARIOS))
    throw new TypeError(
      `Expected one of ${Object.keys(SCENARIOS).join(", ")} for --only but received ${only}.`,
    );
  const numbers = Object.fromEntries(Object.entries(counts).map(([name, text]) => [name, Number(text)]));
  const options = { ...numbers, telemetry, api: await import(pathToFileURL(telemetry).href) };
  const figures = { machine: machine(), date: new Date().toISOString(), options: numbers, scenarios: {} };
  for (const name of only === undefined ? Object.keys(SCENARIOS) : [only]) {
    figures.scenarios[name] = await run(SCENARIOS[name], options);
    console.log(name, JSON.stringify(figures.scenarios[name]));
  }
  if (json) save(json, figures);
  if (Object.values(figures.scenarios).some(({ holds }) => !holds)) process.exitCode = 1;
}

async function run(scenario, options) {
  try {
    return { holds: true, ...(await scenario(options)) };
  } catch (error) {
    return { holds: false, problem: error.stack };
  }
}
