// What it costs those who read streams that others scrape: the same load while nobody scrapes, and while /metrics is asked
// for twenty times a second, of one dialect, of all at once, and by a gateway's endpoint picker. All take turns on one server.
import { DIALECT_NAMES } from "../dist/metrics/dialect.js";
import { COMMON_OPTIONS, cellsFor, readOptions, samplingOf } from "./command-line.mjs";
import { compared, percentile, spreads } from "./figures.mjs";
import { closedLoop } from "./load/closed-loop.mjs";
import { latencyFigures } from "./load/measured.mjs";
import { modelFile } from "./models/model-file.mjs";
import { SERVERS } from "./peers/servers.mjs";
import { report, resultOf } from "./report/result.mjs";
import { short, shortSpread, terminalTable } from "./report/text-table.mjs";
import { startScraping } from "./scrape/scraping.mjs";

const A_SECOND = 20;
const FRONT = "tacho front";

/** Who asks for what; null: nobody. */
const SCRAPERS = {
  none: null,
  tacho: "/metrics?dialect=tacho",
  all: `/metrics?dialect=${DIALECT_NAMES.join(",")}`,
  gateway: "/metrics/gateway",
};

const OPTIONS = {
  ...COMMON_OPTIONS,
  streams: { type: "count", default: "8" },
};

function frontSeconds(server) {
  const threads = [...server.threads().values()].filter(({ process }) => process === FRONT);
  if (threads.length === 0) throw new Error(`Expected a process called '${FRONT}' but there is none.`);
  return threads.reduce((sum, { seconds }) => sum + seconds, 0);
}

function scrapeFigures(scrapes) {
  const ms = scrapes.map(({ milliseconds }) => milliseconds);
  return {
    scrapes: scrapes.length,
    "scrape ms p50": percentile(ms, 0.5),
    "scrape ms p99": percentile(ms, 0.99),
    "scrape bytes": percentile(
      scrapes.map(({ bytes }) => bytes),
      0.5,
    ),
  };
}

async function turn(server, url, options) {
  const scraping = url === null ? null : await startScraping({ port: server.port, url, aSecond: A_SECOND });
  const before = frontSeconds(server);
  const streams = await closedLoop(server.port, options.streams, options);
  const seconds = frontSeconds(server) - before;
  const scrapes = (await scraping?.end()) ?? [];
  const { tokens, ...latency } = latencyFigures(streams);
  return { ...latency, "front CPU ms/token": (seconds * 1000) / tokens, ...scrapeFigures(scrapes) };
}

async function inTurns(server, options) {
  const rounds = Object.fromEntries(Object.keys(SCRAPERS).map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round++)
    for (const [name, url] of Object.entries(SCRAPERS)) rounds[name].push(await turn(server, url, options));
  return rounds;
}

/** Of the streams' figures, by those of the rounds in which nobody scraped. */
const COMPARED = ["rate", "gap ms p50", "gap ms p99", "front CPU ms/token"];

function ratiosOf(rounds, name) {
  const values = (party, figure) => rounds[party].map((round) => round[figure]);
  return Object.fromEntries(
    COMPARED.map((figure) => [figure, compared(values(name, figure), values("none", figure))]),
  );
}

async function measure(options) {
  process.stderr.write(
    `scraped ${A_SECOND} times a second, ${options.streams} streams, ${options.rounds} rounds …\n`,
  );
  const cells = options.streams * cellsFor(options.promptTokens + options.tokens);
  const server = await SERVERS.tacho({ ...options, parallel: options.streams, cells });
  try {
    await inTurns(server, { ...options, rounds: 1 }); // Pages touched, JavaScript compiled, views made ready.
    const rounds = await inTurns(server, options);
    const parties = Object.keys(SCRAPERS).map((name) => [
      name,
      { ...spreads(rounds[name]), byNone: ratiosOf(rounds, name) },
    ]);
    return {
      scrapesASecond: A_SECOND,
      streams: options.streams,
      flags: server.flags,
      parties: Object.fromEntries(parties),
    };
  } finally {
    await server.stop();
  }
}

const HEAD = [
  "scraped",
  "scrape ms p50",
  "p99",
  "bytes",
  "gap ms p50",
  "p99",
  "by none",
  "front CPU ms/token",
  "by none",
  "tokens/s by none",
];

function rowOf([name, { byNone, ...figures }]) {
  const ratio = (figure) => (name === "none" ? "–" : shortSpread(byNone[figure].perRound));
  return [
    name,
    short(figures["scrape ms p50"]?.median),
    short(figures["scrape ms p99"]?.median),
    short(figures["scrape bytes"]?.median),
    short(figures["gap ms p50"].median),
    shortSpread(figures["gap ms p99"]),
    ratio("gap ms p99"),
    short(figures["front CPU ms/token"].median),
    ratio("front CPU ms/token"),
    ratio("rate"),
  ];
}

export async function scrapeCost(args) {
  const given = readOptions(args, OPTIONS);
  const options = {
    ...given,
    model: modelFile(given),
    promptTokens: given["prompt-tokens"],
    sampling: samplingOf(given),
  };
  const result = await resultOf("scrape-cost", { ...given, sampling: options.sampling }, () =>
    measure(options),
  );
  if (report(result, given, {}))
    console.log(terminalTable(HEAD, Object.entries(result.figures.parties).map(rowOf)));
}
