// The cost tables of the documentation, from the figures that `npm run bench -- telemetry --json FILE` left:
// `node cost-table.mjs FILE [DOCUMENT...]` prints them, or puts them into the documents, between their marks.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { heldMs, ratio } from "./targets.mjs";

const RIVALS = ["prom-client", "OpenTelemetry"];

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? "---" : "---:"))), ...rows.map(line)].join("\n");
}

/** Two digits, more only where the number has them before its point. */
function short(value) {
  if (value >= 100) return Math.round(value).toLocaleString("en-US");
  return String(Number(value.toPrecision(2)));
}

function against(rival, own) {
  return rival === undefined ? "–" : `${short(rival)} (${short(ratio(rival, own))}×)`;
}

function recordingTable({ recording: { tacho, ...rivals }, nativeRecording }) {
  const rows = Object.entries(tacho).map(([operation, { ns, bytes }]) => [
    operation,
    operation in nativeRecording ? short(nativeRecording[operation].ns) : "–",
    short(ns),
    short(Math.round(bytes)),
    ...RIVALS.map((library) => against(rivals[library][operation]?.ns, ns)),
  ]);
  return table(["ns an operation", "C++", "JavaScript", "bytes allocated", ...RIVALS], rows);
}

function twoWritersTable({ twoWriters }) {
  const rows = Object.entries(twoWriters).flatMap(([language, operations]) =>
    Object.entries(operations).map(([operation, { alone, together }]) => [
      `${language} ${operation}`,
      short(alone),
      short(together),
      ratio(together, alone).toFixed(2),
    ]),
  );
  return table(["ns an operation, the loop included", "one writer", "two at once", "ratio"], rows);
}

function renderingTable({ rendering }) {
  const rows = Object.entries(rendering).flatMap(([series, { tacho, "prom-client": rival }]) => [
    [`${short(Number(series))} series, ms`, short(tacho.ms), against(rival.ms, tacho.ms)],
    [`… event loop held, ms`, short(heldMs(tacho)), against(heldMs(rival), heldMs(tacho))],
  ]);
  return table(["rendering", "tacho", "prom-client"], rows);
}

function memoryTable({ memory: { tacho, "prom-client": rival } }) {
  const rows = Object.entries(tacho).map(([instrument, { shardBytes, directoryBytes, heapBytes }]) => [
    instrument,
    short(shardBytes),
    short(directoryBytes),
    short(heapBytes),
    rival[instrument] === undefined ? "–" : short(rival[instrument].heapBytes),
  ]);
  const head = ["bytes a series", "each shard", "directory, once", "handle, each thread", "prom-client"];
  return table(head, rows);
}

/** Markdown, without a last line feed. */
export function costTables({ machine, date, options, ...figures }) {
  const where =
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node.slice(1)}, ${date.slice(0, 10)}; ` +
    `medians of ${options.rounds} rounds, load average ${machine.load}.`;
  const tables = [recordingTable, twoWritersTable, renderingTable, memoryTable];
  return [where, ...tables.map((make) => make(figures))].join("\n\n");
}

const MARKED = /(<!-- cost tables[^>]*-->\n)[^]*?(\n<!-- end of cost tables -->)/;

/** The document with these tables. */
export function withTables(text, tables) {
  if (!MARKED.test(text))
    throw new Error("Expected the marks of cost tables in the document but found none.");
  return text.replace(MARKED, (_, begin, end) => `${begin}\n${tables}\n${end}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [figures, ...documents] = process.argv.slice(2);
  const tables = costTables(JSON.parse(readFileSync(figures, "utf8")));
  if (documents.length === 0) console.log(tables);
  for (const file of documents) writeFileSync(file, withTables(readFileSync(file, "utf8"), tables));
}
