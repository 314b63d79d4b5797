// CPU time of a server outside ggml, which computes the model: HTTP, sampling, text, llama.cpp's own bookkeeping, the
// kernel. perf samples all its threads under the closed loop; the samples' shares divide its CPU time.
import { cellsFor } from "../command-line.mjs";
import { rounded, spreads } from "../figures.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { cpuShares } from "../processes/cpu-shares.mjs";
import { hasPerf } from "../processes/perf-control.mjs";
import { SAMPLES_A_SECOND, sampledDuring } from "../processes/perf-samples.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { inTurns, partiesOf, withServers } from "./parties.mjs";

const STREAMS = 32;
/** CPU milliseconds a token outside ggml that tacho is to stay below. */
const MOST_HOST_MS = 0.03;
/** Places of the host's time that are shown, the greatest first. */
const PLACES = 12;

function checkPerf() {
  if (!hasPerf())
    throw new Error(
      "Expected perf on the PATH but there is none; Debian has it as: apt-get install linux-perf",
    );
}

/** A share that is nothing means that perf could not see it, not that it costs nothing. */
function checkSeen(name, samples, { ggml }) {
  if (samples.length === 0) throw new Error(`Expected samples of ${name} but perf took none.`);
  if (ggml === 0)
    throw new Error(
      `Expected ggml in a shared object of ${name} but no sample is in one: is it linked statically?`,
    );
  if (!samples.some(({ object }) => object === "kernel"))
    throw new Error(
      "Expected samples of the kernel but perf saw none: run as root, or set kernel.perf_event_paranoid to 1.",
    );
}

/** CPU milliseconds a token. */
function figuresOf(name, samples, titles, cpuSeconds, tokens) {
  const { places, ...shares } = cpuShares(samples, titles);
  checkSeen(name, samples, shares);
  const ms = (share) => (share * cpuSeconds * 1000) / tokens;
  const figures = Object.fromEntries(Object.entries(shares).map(([part, share]) => [part, ms(share)]));
  return {
    figures: { all: ms(1), ...figures, sampledSeconds: samples.length / SAMPLES_A_SECOND / cpuSeconds },
    places: Object.fromEntries(Object.entries(places).map(([place, share]) => [place, ms(share)])),
  };
}

async function turn(server, options) {
  const titles = server.titles();
  const before = server.cost().cpuSeconds;
  const { result, samples } = await sampledDuring([...titles.keys()], () =>
    closedLoop(server.port, STREAMS, options),
  );
  const tokens = result.reduce((sum, { usage }) => sum + usage.generatedTokens, 0);
  return figuresOf(server.name, samples, titles, server.cost().cpuSeconds - before, tokens);
}

/** Means of the rounds, of the places that take the most. */
function greatest(rounds) {
  const sums = {};
  for (const { places } of rounds)
    for (const [place, ms] of Object.entries(places)) sums[place] = (sums[place] ?? 0) + ms / rounds.length;
  const sorted = Object.entries(sums).sort(([, a], [, b]) => b - a);
  return Object.fromEntries(sorted.slice(0, PLACES).map(([place, ms]) => [place, rounded(ms)]));
}

function partyOf({ flags }, rounds) {
  return { flags, ...spreads(rounds.map(({ figures }) => figures)), places: greatest(rounds) };
}

const COLUMNS = ["all", "ggml", "host", "computeKernel", "computeLibraries"];

const blank = COLUMNS.map(() => "");

function rowsOf([name, { places, ...figures }]) {
  const inHost = (ms) => blank.with(COLUMNS.indexOf("host"), short(ms));
  return [
    [name, ...COLUMNS.map((column) => shortSpread(figures[column]))],
    ...Object.entries(places).map(([place, ms]) => [`  ${place}`, ...inHost(ms)]),
  ];
}

export const hostCost = {
  async measure({ parties, rounds, ...options }) {
    checkPerf();
    process.stderr.write(`CPU outside ggml, ${STREAMS} streams, ${rounds} rounds …\n`);
    const cells = STREAMS * cellsFor(options.promptTokens + options.tokens);
    return withServers(partiesOf(parties), { ...options, parallel: STREAMS, cells }, async (servers) => {
      await inTurns(servers, 1, ({ port }) => closedLoop(port, STREAMS, options)); // As in the closed loop.
      const results = await inTurns(servers, rounds, (server) => turn(server, options));
      const rows = Object.entries(results).map(([name, all]) => [name, partyOf(servers[name], all)]);
      return { streams: STREAMS, mostHostMs: MOST_HOST_MS, parties: Object.fromEntries(rows) };
    });
  },
  table: ({ mostHostMs, parties }) => [
    [
      "CPU ms a token",
      "all",
      "ggml",
      `host (tacho: ≤ ${mostHostMs})`,
      "of it kernel in compute threads",
      "C libraries there",
    ],
    Object.entries(parties).flatMap(rowsOf),
  ],
};
