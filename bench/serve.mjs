// tacho over HTTP, streaming, beside llama-server (and a minimal node-llama-cpp server): the same client, model, threads,
// sequences and cells, taking turns. Prompts are unique wherever a cache is not the subject.
import { COMMON_OPTIONS, oneOf, readOptions, samplingOf, someOf } from "./command-line.mjs";
import { modelFile } from "./models/model-file.mjs";
import { llamaPrograms } from "./peers/llama-cpp.mjs";
import { report, resultOf } from "./report/result.mjs";
import { terminalTable } from "./report/text-table.mjs";
import { closed } from "./serve/closed.mjs";
import { copy } from "./serve/copy.mjs";
import { heap } from "./serve/heap.mjs";
import { hostCost } from "./serve/host-cost.mjs";
import { longPrompt } from "./serve/long-prompt.mjs";
import { memory } from "./serve/memory.mjs";
import { open } from "./serve/open.mjs";
import { overload } from "./serve/overload.mjs";
import { RIVALS } from "./serve/parties.mjs";
import { prefix } from "./serve/prefix.mjs";
import { recovery } from "./serve/recovery.mjs";
import { telemetryCost } from "./serve/telemetry-cost.mjs";

/** Each measures, shows its figures as a table (head and rows), and may draw charts. */
const SCENARIOS = {
  closed,
  open,
  prefix,
  "long-prompt": longPrompt,
  copy,
  memory,
  heap,
  "host-cost": hostCost,
  "telemetry-cost": telemetryCost,
  overload,
  recovery,
};
const LOADS = ["closed", "open"];

const OPTIONS = {
  ...COMMON_OPTIONS,
  scenario: { type: oneOf([...Object.keys(SCENARIOS), "load", "all"]), default: "load" },
  streams: { type: "counts", default: "1,4,16,64,128" },
  /** Beside tacho. */
  against: { type: someOf(RIVALS), default: "llama-server" },
  /** Of the open loop: the share of what the slowest server can do. */
  load: { type: "share", default: "0.7" },
  /** Of the open loop: how long requests arrive. */
  seconds: { type: "positive", default: "20" },
  /** Tokens of the prompt of the long-prompt scenario. */
  "long-prompt": { type: "count", default: "8000" },
  /** Of the closed loop: tokens of each turn at least. Below some thousands the rate of a fast server says little. */
  "least-tokens": { type: "count", default: "8192" },
  /** Of the telemetry-cost scenario: no instructions are counted. */
  "times-only": { type: "switch", default: false },
  /** Generated tokens of the heap scenario. */
  "heap-tokens": { type: "count", default: "1000000" },
};

function scenariosFor(name) {
  if (name === "all") return Object.keys(SCENARIOS);
  return name === "load" ? LOADS : [name];
}

async function run(name, options, given) {
  const { measure, table, charts } = SCENARIOS[name];
  const result = await resultOf(
    `serve-${name}`,
    { ...given, scenario: name, sampling: options.sampling },
    () => measure(options),
  );
  if (report(result, given, charts?.(result.figures) ?? {}))
    console.log(terminalTable(...table(result.figures)));
}

/** One scenario that cannot run, as with a flag that a server lacks, does not cost the others their figures. */
async function attempt(name, options, given) {
  try {
    await run(name, options, given);
  } catch (error) {
    console.error(`serve --scenario ${name} failed: ${error.message}`);
    process.exitCode = 1;
  }
}

export async function serve(args) {
  const given = readOptions(args, OPTIONS);
  if (!given.alone) llamaPrograms(given);
  const options = {
    ...given,
    model: modelFile(given),
    /** For a scenario that wants a shape of its own; a file that was named stays. */
    modelOfShape: (shape) => modelFile({ ...given, shape }),
    parties: ["tacho", ...(given.alone ? [] : given.against)],
    promptTokens: given["prompt-tokens"],
    longPrompt: given["long-prompt"],
    leastTokens: given["least-tokens"],
    timesOnly: given["times-only"],
    heapTokens: given["heap-tokens"],
    sampling: samplingOf(given),
  };
  for (const name of scenariosFor(given.scenario)) await attempt(name, options, given);
}
