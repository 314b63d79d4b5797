// N users at once, each with one request after the other: how fast, how evenly, at what cost. The servers are started
// anew for each N, with as many sequences.
import { cellsFor } from "../command-line.mjs";
import { closedLoop } from "../load/closed-loop.mjs";
import { measured } from "../load/measured.mjs";
import { barChart } from "../report/bar-chart.mjs";
import { short, shortSpread } from "../report/text-table.mjs";
import { inTurns, partiesOf, summarised, withServers } from "./parties.mjs";

async function level(users, { parties, rounds, ...options }) {
  process.stderr.write(`closed loop, ${users} streams, ${rounds} rounds …\n`);
  const cells = users * cellsFor(options.promptTokens + options.tokens);
  return withServers(partiesOf(parties), { ...options, parallel: users, cells }, async (servers) => {
    const turn = (server) => measured(server, (port) => closedLoop(port, users, options));
    await inTurns(servers, 1, turn); // Graphs are reserved, pages touched, JavaScript compiled.
    return { streams: users, ...summarised(servers, await inTurns(servers, rounds, turn)) };
  });
}

/** The same columns serve the open loop. */
export const LOAD_HEAD = [
  "streams",
  "tokens/s",
  "tacho by it",
  "TTFT ms p50",
  "p95",
  "gap ms p50",
  "p95",
  "p99",
  "longest",
  "switches/token",
  "CPU ms/token",
  "client CPU",
  "no text",
];

const COLUMNS = [
  "TTFT ms p50",
  "TTFT ms p95",
  "gap ms p50",
  "gap ms p95",
  "gap ms p99",
  "gap ms longest",
  "switches/token",
  "server CPU ms/token",
  "client CPU ms/token",
];

/** By the first party, unless another one of ours is named. */
function ratioCell(ratio, parties) {
  if (ratio === undefined) return shortSpread(null);
  const isFirst = ratio.own === Object.keys(parties)[0];
  return `${shortSpread(ratio.perRound)}${isFirst ? "" : ` of ${ratio.own}`}`;
}

export function loadRows(title, { parties, rateRatios }) {
  return Object.entries(parties).map(([name, figures]) => [
    `${title} × ${name}`,
    shortSpread(figures.rate),
    ratioCell(rateRatios[name], parties),
    ...COLUMNS.map((column) => short(figures[column]?.median)),
    short(figures["streams without text"]?.most),
  ]);
}

function chart(figures, title, unit, column) {
  const series = Object.keys(figures[0].parties);
  const groups = figures.map(({ streams, parties }) => ({
    name: String(streams),
    values: series.map((name) => parties[name][column]),
  }));
  return barChart({ title: `${title} by streams`, unit, series, groups });
}

export const closed = {
  async measure(options) {
    const levels = [];
    for (const users of options.streams) levels.push(await level(users, options));
    return levels;
  },
  table: (figures) => [LOAD_HEAD, figures.flatMap((row) => loadRows(row.streams, row))],
  charts: (figures) => ({
    "serve-rate": chart(figures, "Over HTTP: generated tokens a second", "tokens/s", "rate"),
    "serve-gap": chart(figures, "Over HTTP: 99th percentile of the gap between tokens", "ms", "gap ms p99"),
    "serve-ttft": chart(
      figures,
      "Over HTTP: 95th percentile of the time to the first token",
      "ms",
      "TTFT ms p95",
    ),
  }),
};
