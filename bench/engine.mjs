// tacho's engine in its process, without HTTP, beside llama-batched-bench (which does not sample) and node-llama-cpp's
// own evaluation loop: the same file, threads, cores and counts, taking turns, each turn in a process of its own.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { hostEnvironment } from "../dist/server/host-environment.js";
import { COMMON_OPTIONS, cellsFor, readOptions, samplingOf } from "./command-line.mjs";
import { compared, median, spreads } from "./figures.mjs";
import { modelFile } from "./models/model-file.mjs";
import { batchedBenchFlags, runBatchedBench } from "./peers/batched-bench.mjs";
import { llamaPrograms } from "./peers/llama-cpp.mjs";
import { outputOf } from "./processes/program-output.mjs";
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
async function runCase(program, { cpus, ...run }) {
  const file = fileURLToPath(new URL(`engine/${program}`, import.meta.url));
  const command = pinned(cpus, process.execPath, [file, JSON.stringify(run)]);
  const env = program === PROGRAMS.tacho ? hostEnvironment(process.env) : process.env;
  return JSON.parse(await outputOf(program, command, env));
}

/** The threads at which tacho and node-llama-cpp meet: one, and two where there are. Each one's best counts. */
const THREADS_TRIED = [...new Set([1, Math.min(2, availableParallelism())])];

const PROGRAMS = { tacho: "tacho-case.mjs", "node-llama-cpp": "node-llama-cpp-case.mjs" };

/** A party of PROGRAMS by each number of threads. */
function byThreads(sized) {
  return Object.entries(PROGRAMS).flatMap(([party, program]) =>
    THREADS_TRIED.map((threads) => [
      `${party}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
      () => runCase(program, { ...sized, threads }),
    ]),
  );
}

/** What runs in each round, by name. */
function casesFor(count, { programs, ...run }, withNodeLlamaCpp) {
  const sized = { ...run, count, cells: count * cellsFor(run.promptTokens + run.tokens) };
  const cases = {
    tacho: () => runCase(PROGRAMS.tacho, sized),
    ...(programs && {
      "batched-bench": () => runBatchedBench(programs["llama-batched-bench"], sized),
    }),
    ...(withNodeLlamaCpp ? Object.fromEntries(byThreads(sized)) : {}),
  };
  return { cases, flags: batchedBenchFlags(sized).join(" ") };
}

async function inTurns(cases, rounds) {
  const results = Object.fromEntries(Object.keys(cases).map((name) => [name, []]));
  for (let round = 1; round <= rounds; round++)
    for (const [name, run] of Object.entries(cases)) results[name].push(await run());
  return results;
}

const ratesOf = (results) => results.map(({ rate }) => rate);

/** The rates of the number of threads that suits the party best. */
function bestRates(results, party) {
  const tried = Object.entries(results).filter(([name]) => name.startsWith(`${party}, `));
  return tried.map(([, all]) => ratesOf(all)).sort((a, b) => median(b) - median(a))[0];
}

function ratiosOf(results) {
  const own = ratesOf(results.tacho);
  const bare = results["batched-bench"];
  const ratios = bare === undefined ? {} : { "batched-bench": compared(own, ratesOf(bare)) };
  const rival = bestRates(results, "node-llama-cpp");
  if (rival) ratios["node-llama-cpp"] = compared(bestRates(results, "tacho"), rival);
  return ratios;
}

async function rowOf(streams, { cases, flags }, rounds) {
  process.stderr.write(`${streams} sequences, ${rounds} rounds …\n`);
  const results = await inTurns(cases, rounds);
  return {
    streams,
    batchedBenchFlags: flags,
    parties: Object.fromEntries(Object.entries(results).map(([name, all]) => [name, spreads(all)])),
    ratios: ratiosOf(results),
  };
}

function print({ figures }) {
  const rows = figures.flatMap(({ streams, parties, ratios }) =>
    Object.entries(parties).map(([name, { rate, cpuMs }]) => {
      const ratio = ratios[name.split(", ")[0]];
      return [
        `${streams} × ${name}`,
        shortSpread(rate),
        short(cpuMs?.median),
        short(ratio?.ofMedians),
        shortSpread(ratio?.perRound),
      ];
    }),
  );
  const head = ["sequences", "tokens/s", "CPU ms/token", "tacho by it: of medians", "of rounds"];
  console.log(terminalTable(head, rows));
}

function chart({ figures }) {
  const series = ["tacho", "batched-bench"].filter((name) => name in figures[0].parties);
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

async function rowsOf({ streams, rounds, alone, "node-llama-cpp": rival }, run) {
  const rows = [];
  for (const count of streams)
    rows.push(await rowOf(count, casesFor(count, run, !alone && count === rival), rounds));
  return rows;
}

export async function engine(args) {
  const options = readOptions(args, OPTIONS);
  const run = {
    model: modelFile(options),
    programs: options.alone ? null : llamaPrograms(options),
    promptTokens: options["prompt-tokens"],
    tokens: options.tokens,
    threads: options.threads,
    cpus: options.cpus,
    gpu: options.gpu,
    sampling: samplingOf(options),
  };
  const result = await resultOf("engine", { ...options, sampling: run.sampling }, () => rowsOf(options, run));
  if (report(result, options, { engine: chart(result) })) print(result);
}
