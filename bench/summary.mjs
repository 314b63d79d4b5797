// The summary of the documentation, from the results of the benches: `node bench/summary.mjs [DOCUMENT...]` prints it, or
// puts it into the documents, between their marks. `--results FOLDER` takes others than the committed ones.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { markdownTable, short, shortSpread } from "./report/text-table.mjs";

const RESULTS = fileURLToPath(new URL("results", import.meta.url));
const CHARTS = "bench/results";

/** Of two parties' figure: ours and the other's. */
const both = (own, rival, figure) => `${short(own[figure]?.median)} / ${short(rival[figure]?.median)}`;

function whereLine({ machine, date, versions, options, others }) {
  const facts = [
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node.slice(1)}, ${date.slice(0, 10)}`,
    `llama.cpp ${versions["llama.cpp"]}`,
    options.model ?? `random weights, shape ${options.shape}, ${options.type}`,
    `${options.threads} compute ${options.threads === 1 ? "thread" : "threads"}`,
    `medians (least–greatest) of ${options.rounds} rounds taking turns`,
  ];
  const busy = others.tooBusy
    ? " **The machine was busy meanwhile: these figures are not to be relied on.**"
    : "";
  return `${facts.join("; ")}.${busy}`;
}

function engineTable({ figures }) {
  const rows = figures.map(({ streams, parties, ratios }) => [
    streams,
    short(parties.tacho.rate.median),
    short(parties["batched-bench"].rate.median),
    shortSpread(ratios["batched-bench"].perRound),
    shortSpread(ratios["node-llama-cpp"]?.perRound),
  ]);
  const head = [
    "sequences",
    "tacho tokens/s",
    "batched-bench",
    "ratio",
    "each at its best number of threads, by node-llama-cpp",
  ];
  return markdownTable(head, rows);
}

function closedTable({ figures }) {
  const rows = figures.map(({ streams, parties, rateRatios }) => {
    const { own = "tacho", perRound } = rateRatios["llama-server"];
    const shown = (figure) => both(parties[own], parties["llama-server"], figure);
    return [
      streams,
      shown("rate"),
      shortSpread(perRound),
      shown("TTFT ms p95"),
      shown("gap ms p99"),
      shown("switches/token"),
      shown("server CPU ms/token"),
    ];
  });
  const head = [
    "streams",
    "tokens/s",
    "ratio",
    "TTFT p95, ms",
    "gap p99, ms",
    "switches/token",
    "CPU ms/token",
  ];
  return markdownTable(head, rows);
}

/** A result file each, in the order of the summary. */
const PARTS = [
  {
    file: "engine.json",
    title:
      "The engine alone (in-process, sampling and telemetry on) beside `llama-batched-bench`, which does not sample:",
    table: engineTable,
    chart: "engine.svg",
  },
  {
    file: "serve-closed.json",
    title: "Over HTTP, streaming, telemetry on, tacho / `llama-server`:",
    table: closedTable,
    chart: "serve-rate.svg",
  },
];

function part({ file, title, table, chart }, folder) {
  const result = JSON.parse(readFileSync(path.join(folder, file), "utf8"));
  return [title, table(result), whereLine(result), `![${chart}](${CHARTS}/${chart})`].join("\n\n");
}

/** Markdown; empty without results. */
export function summaryOf(folder) {
  const present = PARTS.filter(({ file }) => existsSync(path.join(folder, file)));
  return present.map((one) => part(one, folder)).join("\n\n");
}

const MARKED = /(<!-- bench summary[^>]*-->\n)[^]*?(\n<!-- end of bench summary -->)/;

/** The document with this summary. */
export function withSummary(text, summary) {
  if (!MARKED.test(text))
    throw new Error("Expected the marks of a bench summary in the document but found none.");
  return text.replace(MARKED, (_, begin, end) => `${begin}\n${summary}\n${end}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = { results: { type: "string", default: RESULTS } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const summary = summaryOf(values.results);
  if (positionals.length === 0) console.log(summary);
  for (const file of positionals) writeFileSync(file, withSummary(readFileSync(file, "utf8"), summary));
}
