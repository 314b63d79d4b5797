// tacho's GPU sampler on a real GPU: what it shows beside nvidia-smi, idle and while the GPU answers, and what it costs.
import { fileURLToPath } from "node:url";
import { COMMON_OPTIONS, cellsFor, readOptions, samplingOf } from "./command-line.mjs";
import { closedLoop } from "./load/closed-loop.mjs";
import { modelFile } from "./models/model-file.mjs";
import { compareGpu, isWrong } from "./nvml/comparison.mjs";
import { samplesOf } from "./nvml/samples.mjs";
import { UNCOMPARED } from "./nvml/fields.mjs";
import { SERVERS } from "./peers/servers.mjs";
import { outputOf } from "./processes/program-output.mjs";
import { report, resultOf } from "./report/result.mjs";
import { short, shortSpread, terminalTable } from "./report/text-table.mjs";

const OPTIONS = {
  ...COMMON_OPTIONS,
  /** Of the load under which all is measured a second time. */
  streams: { type: "count", default: "16" },
  /** Times that nvidia-smi is asked, idle and under load. */
  samples: { type: "count", default: "5" },
  "sample-pause": { type: "positive", default: "2" },
  /** How long the cost is measured, and the sampler's pause meanwhile. */
  seconds: { type: "positive", default: "30" },
  interval: { type: "positive", default: "1" },
};

/** Where it cannot be measured, it says so: the comparisons are not to be lost with it. */
export async function costOf({ seconds, interval }) {
  const program = fileURLToPath(new URL("nvml/cost-case.mjs", import.meta.url));
  const args = [program, String(seconds), String(interval * 1000)];
  try {
    return JSON.parse(await outputOf("the sampler's cost", [process.execPath, args]));
  } catch (error) {
    return { failed: error.message };
  }
}

async function comparisonOf({ samples, "sample-pause": seconds }) {
  const byGpu = await samplesOf(samples, seconds * 1000);
  return Object.entries(byGpu).map(([uuid, all]) => ({ uuid, rows: compareGpu(all) }));
}

/** Runs `use` while a server answers streams one after the other. */
async function underLoad(options, use) {
  const { streams } = options;
  const load = { promptTokens: options["prompt-tokens"], tokens: options.tokens, leastTokens: 1 };
  const cells = streams * cellsFor(load.promptTokens + load.tokens);
  const server = await SERVERS.tacho({ ...options, model: modelFile(options), parallel: streams, cells });
  let isOver = false;
  const answering = (async () => {
    while (!isOver) await closedLoop(server.port, streams, { ...load, sampling: samplingOf(options) });
  })();
  try {
    return await Promise.race([use(), answering.then(() => Promise.reject(new Error("The load ended.")))]);
  } finally {
    isOver = true;
    await answering.catch(() => {});
    await server.stop();
  }
}

/** One state of the GPU: what must be right, and then what it costs. */
async function stateOf(name, options) {
  console.error(`beside nvidia-smi, ${name} …`);
  const comparison = await comparisonOf(options);
  console.error(`cost of the sampler, ${name} …`);
  return { comparison, cost: await costOf(options) };
}

async function measure(options) {
  const idle = await stateOf("idle", options);
  const loaded = await underLoad(options, () => stateOf(`${options.streams} streams`, options));
  return {
    comparisons: { idle: idle.comparison, loaded: loaded.comparison },
    cost: { intervalMs: options.interval * 1000, idle: idle.cost, loaded: loaded.cost },
    uncompared: UNCOMPARED,
  };
}

const labelled = ({ metric, labels }) => [metric, ...Object.values(labels)].join(" ");

function printCost(state, { failed, calls, shareOfCore, source }) {
  if (failed) return console.log(`${state}: no cost: ${failed}`);
  const rows = calls.map((row) => [row.call, short(row.perSecond), short(row.meanMicroseconds)]);
  console.log(terminalTable([`call, ${state}`, "a second", "µs"], rows));
  const percent = Object.fromEntries(Object.entries(shareOfCore).map(([name, share]) => [name, share * 100]));
  console.log(`${state}, the sampler took ${shortSpread(percent)} % of a core, by ${source}`);
}

function print({ figures: { cost, comparisons } }) {
  for (const [state, gpus] of Object.entries(comparisons))
    for (const { uuid, rows } of gpus) {
      const cells = rows.map((row) => [
        labelled(row),
        short(row.tacho),
        short(row["nvidia-smi"]),
        short(row.limit),
        row.state,
      ]);
      console.log(terminalTable([`${uuid}, ${state}`, "tacho", "nvidia-smi", "may differ by", ""], cells));
      console.log(`${rows.filter(isWrong).length} of ${rows.length} are wrong`);
    }
  for (const state of Object.keys(comparisons)) printCost(state, cost[state]);
}

export async function nvml(args) {
  const options = readOptions(args, OPTIONS);
  const result = await resultOf("nvml", options, () => measure(options));
  if (report(result, options, {})) print(result);
}
