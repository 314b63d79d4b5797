// tacho's engine in its process, without HTTP, beside llama-batched-bench (which does not sample) and node-llama-cpp's
// own evaluation loop: the same file, threads, cores and counts, taking turns, each turn in a process of its own.
import { execFileSync } from "node:child_process";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { COMMON_OPTIONS, cellsFor, readOptions, samplingOf } from "./command-line.mjs";
import { compared, spreads } from "./figures.mjs";
import { modelFile } from "./models/model-file.mjs";
import { batchedBenchFlags, runBatchedBench } from "./peers/batched-bench.mjs";
import { llamaPrograms } from "./peers/llama-cpp.mjs";
import { pinned } from "./processes/server-process.mjs";
import { barChart } from "./report/bar-chart.mjs";
import { report, resultOf } from "./report/result.mjs";
import { short, shortSpread, terminalTable } from "./report/text-table.mjs";

const OPTIONS = {
  ...COMMON_OPTIONS,
  streams: { type: "counts", default: "1,4,16,64" },
  /** Sequences at which node-llama-cpp takes part. */
  "node-llama-cpp": { type: "count", default: "16" },
};

/** Runs a program of engine/ in a process of its own; it prints its figures as JSON. */
function runCase(program, { cpus, ...run }) {
  const file = fileURLToPath(new URL(`engine/${program}`, import.meta.url));
  const command = pinned(cpus, process.execPath, [file, JSON.stringify(run)]);
  return JSON.parse(execFileSync(...command, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
}

/** node-llama-cpp's threads: one, and as many as there are cores when that is more. The best of them counts. */
const THREADS_TRIED = [...new Set([1, Math.min(2, availableParallelism())])];

/** What runs in each round, by name. */
function casesFor(count, { programs, ...run }, withNodeLlamaCpp) {
  const sized = { ...run, count, cells: count * cellsFor(run.promptTokens + run.tokens) };
  const cases = {
    tacho: () => runCase("tacho-case.mjs", sized),
    "batched-bench": () => runBatchedBench(programs["llama-batched-bench"], sized),
  };
  for (const threads of withNodeLlamaCpp ? THREADS_TRIED : [])
    cases[`node-llama-cpp, ${threads} ${threads === 1 ? "thread" : "threads"}`] = () =>
      runCase("node-llama-cpp-case.mjs", { ...sized, threads });
  return { cases, flags: batchedBenchFlags(sized).join(" ") };
}

function inTurns(cases, rounds) {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++)
    for (const [name, run] of Object.entries(cases)) results[name].push(run());
  return results;
}

const ratesOf = (results) => results.map(({ rate }) => rate);

function rowOf(streams, { cases, flags }, rounds) {
  process.stderr.write(`${streams} sequences, ${rounds} rounds …\n`);
  const results = inTurns(cases, rounds);
  const { tacho, ...rivals } = results;
  return {
    streams,
    batchedBenchFlags: flags,
    parties: Object.fromEntries(Object.entries(results).map(([name, all]) => [name, spreads(all)])),
    ratios: Object.fromEntries(
      Object.entries(rivals).map(([name, all]) => [name, compared(ratesOf(tacho), ratesOf(all))]),
    ),
  };
}

function print({ figures }) {
  const rows = figures.flatMap(({ streams, parties, ratios }) =>
    Object.entries(parties).map(([name, { rate, cpuMs }]) => [
      `${streams} × ${name}`,
      shortSpread(rate),
      short(cpuMs?.median),
      short(ratios[name]?.ofMedians),
      shortSpread(ratios[name]?.perRound),
    ]),
  );
  const head = ["sequences", "tokens/s", "CPU ms/token", "tacho by it: of medians", "of rounds"];
  console.log(terminalTable(head, rows));
}

function chart({ figures }) {
  const series = ["tacho", "batched-bench"];
  return barChart({
    title: "Engine alone: generated tokens a second by sequences",
    unit: "tokens/s",
    series,
    groups: figures.map(({ streams, parties }) => ({
      name: String(streams),
      values: series.map((name) => parties[name].rate),
    })),
  });
}

export async function engine(args) {
  const options = readOptions(args, OPTIONS);
  const run = {
    model: modelFile(options),
    programs: llamaPrograms(options),
    promptTokens: options["prompt-tokens"],
    tokens: options.tokens,
    threads: options.threads,
    cpus: options.cpus,
    gpu: options.gpu,
    sampling: samplingOf(options),
  };
  const result = await resultOf("engine", { ...options, sampling: run.sampling }, () =>
    options.streams.map((count) =>
      rowOf(count, casesFor(count, run, count === options["node-llama-cpp"]), options.rounds),
    ),
  );
  if (report(result, options, { engine: chart(result) })) print(result);
}
