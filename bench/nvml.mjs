// tacho's GPU sampler on a real GPU: what it shows beside nvidia-smi, idle and while the GPU answers, and what it costs.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { COMMON_OPTIONS, cellsFor, readOptions, samplingOf } from "./command-line.mjs";
import { closedLoop } from "./load/closed-loop.mjs";
import { modelFile } from "./models/model-file.mjs";
import { compareGpu, isWrong } from "./nvml/comparison.mjs";
import { samplesOf } from "./nvml/samples.mjs";
import { UNCOMPARED } from "./nvml/fields.mjs";
import { SERVERS } from "./peers/servers.mjs";
import { report, resultOf } from "./report/result.mjs";
import { short, terminalTable } from "./report/text-table.mjs";

const OPTIONS = {
  ...COMMON_OPTIONS,
  /** Of the load under which it is compared a second time. */
  streams: { type: "count", default: "16" },
  /** Times that nvidia-smi is asked, idle and under load. */
  samples: { type: "count", default: "5" },
  "sample-pause": { type: "positive", default: "2" },
  /** How long the cost is measured, and the sampler's pause meanwhile. */
  seconds: { type: "positive", default: "30" },
  interval: { type: "positive", default: "1" },
};

function costOf({ seconds, interval }) {
  const program = fileURLToPath(new URL("nvml/cost-case.mjs", import.meta.url));
  const args = [program, String(seconds), String(interval * 1000)];
  const options = { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] };
  return JSON.parse(execFileSync(process.execPath, args, options));
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

async function measure(options) {
  console.error("cost of the sampler …");
  const cost = costOf(options);
  console.error("beside nvidia-smi, idle …");
  const idle = await comparisonOf(options);
  console.error(`beside nvidia-smi, ${options.streams} streams …`);
  const loaded = await underLoad(options, () => comparisonOf(options));
  return { cost, comparisons: { idle, loaded }, uncompared: UNCOMPARED };
}

const labelled = ({ metric, labels }) => [metric, ...Object.values(labels)].join(" ");

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
  const calls = cost.calls.map((row) => [row.call, short(row.perSecond), short(row.meanMicroseconds)]);
  console.log(terminalTable(["call", "a second", "µs"], calls));
  console.log(`the sampler took ${short(cost.shareOfCore * 100)} % of a core`);
}

export async function nvml(args) {
  const options = readOptions(args, OPTIONS);
  const result = await resultOf("nvml", options, () => measure(options));
  if (report(result, options, {})) print(result);
}
