// What recording, rendering and keeping metrics costs, beside prom-client and OpenTelemetry's SDK. All cases take turns,
// each in a process of its own; `short` marks a target that is missed, and the exit code stays 0: the machine may be
// busy.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { machine, rounded, save } from "./figures.mjs";
import { costTables, withTables } from "./telemetry/cost-table.mjs";
import { buildNativeCost } from "./telemetry/native-program.mjs";
import { RECORDERS } from "./telemetry/recorders.mjs";
import { inRounds, runCase, runProgram } from "./telemetry/rounds.mjs";
import { judge } from "./telemetry/targets.mjs";

const OPTIONS = {
  rounds: { type: "string", default: "7" },
  /** Of tacho in each round; the others, being slower, do a tenth and a thirtieth. */
  operations: { type: "string", default: "10000000" },
  /** The module to measure. */
  telemetry: {
    type: "string",
    default: fileURLToPath(new URL("../dist/telemetry/index.js", import.meta.url)),
  },
  /** Where the figures go as JSON. */
  json: { type: "string" },
  /** A document whose cost tables are to be these. */
  markdown: { type: "string" },
};

const SHARE_OF_OPERATIONS = { tacho: 1, "prom-client": 1 / 10, OpenTelemetry: 1 / 30 };
/** Enough that V8 has optimised what a server would run for days; the medians of a few hundred were still half as slow. */
const RENDERINGS = { 416: { tacho: 5000, "prom-client": 300 }, 10000: { tacho: 40, "prom-client": 10 } };
const MEMORY = {
  tacho: ["counter", "histogram", "native histogram"],
  "prom-client": ["counter", "histogram"],
};

/** Each case under the path of its figures in the result. */
function casesFor({ telemetry, operations }) {
  const cases = {};
  for (const [library, recorders] of Object.entries(RECORDERS))
    for (const operation of Object.keys(recorders)) {
      const times = Math.round(operations * SHARE_OF_OPERATIONS[library]);
      const args = [telemetry, library, operation, times];
      cases[`recording/${library}/${operation}`] = () => runCase("record-case.mjs", args, ["--expose-gc"]);
    }
  for (const operation of ["counter", "histogram"])
    cases[`twoWriters/JavaScript/${operation}`] = () =>
      runCase("two-writers.mjs", [telemetry, operation, operations]);
  for (const [series, libraries] of Object.entries(RENDERINGS))
    for (const [library, times] of Object.entries(libraries))
      cases[`rendering/${series}/${library}`] = () =>
        runCase("render-case.mjs", [telemetry, library, series, times]);
  for (const [library, instruments] of Object.entries(MEMORY))
    for (const instrument of instruments)
      cases[`memory/${library}/${instrument}`] = () =>
        runCase("memory-case.mjs", [telemetry, library, instrument], ["--expose-gc"]);
  const program = buildNativeCost();
  cases.native = () => runProgram(program, [String(operations), "1"]);
  return cases;
}

/** Figures by path as an object of objects. */
function nested(figures) {
  const result = {};
  for (const [path, value] of Object.entries(figures)) {
    const keys = path.split("/");
    const last = keys.pop();
    keys.reduce((node, key) => (node[key] ??= {}), result)[last] = value;
  }
  return result;
}

/** The C++ program's figures in the form of the others. */
function withNative({ native, twoWriters, ...figures }) {
  const [loopNs] = native["empty loop"];
  const nativeRecording = {};
  const together = {};
  for (const operation of ["counter", "gauge", "histogram", "native histogram"]) {
    const [grossNs] = native[operation];
    nativeRecording[operation] = { loopNs, grossNs, ns: grossNs - loopNs };
    together[operation] = { alone: grossNs, together: native[`${operation}, two writers`][0] };
  }
  return { ...figures, nativeRecording, twoWriters: { ...twoWriters, "C++": together } };
}

function print(figures, targets) {
  console.log(`${costTables(figures)}\n`);
  for (const { what, value, expected, holds } of targets)
    console.log(`${holds ? "PASS " : "short"}  ${what}: ${rounded(value)} (${expected})`);
}

export async function telemetry(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const options = { rounds: Number(values.rounds), operations: Number(values.operations) };
  const about = { machine: machine(), date: new Date().toISOString(), options };
  const cases = casesFor({ ...options, telemetry: values.telemetry });
  const figures = { ...about, ...withNative(nested(inRounds(options.rounds, cases))) };
  const targets = judge(figures);
  print(figures, targets);
  if (values.json) save(values.json, { ...figures, targets });
  if (values.markdown) {
    const text = readFileSync(values.markdown, "utf8");
    writeFileSync(values.markdown, withTables(text, costTables(figures)));
  }
}
