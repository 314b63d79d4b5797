// What was measured on a GPU, beside its targets: `node bench/gpu/table.mjs [FOLDER]` prints Markdown of the gpu-*.json there.
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { markdownTable, short } from "../report/text-table.mjs";
import { ROWS } from "./table-rows.mjs";

const RESULTS = fileURLToPath(new URL("../results", import.meta.url));
const HEAD = ["what", "tacho", "peer", "ratio", "target", "reached"];

/** In the order of ROWS, then by name, numbers as numbers. */
function ordered(results) {
  const rank = ({ bench }) => Object.keys(ROWS).indexOf(bench);
  const collator = new Intl.Collator("en", { numeric: true });
  return [...results].sort((a, b) => rank(a) - rank(b) || collator.compare(a.slice, b.slice));
}

function resultsIn(folder) {
  const files = readdirSync(folder).filter((name) => /^gpu-.*\.json$/.test(name));
  return ordered(files.map((name) => JSON.parse(readFileSync(path.join(folder, name), "utf8"))));
}

/** Each machine, driver and commit once: results of several must not look like those of one. */
function places(results) {
  const whole = results.filter(({ machine }) => machine !== undefined);
  const lines = (whole.length > 0 ? whole : results).map(
    ({ gpu, machine, packed, versions, llamaCpp, date }) => {
      const gpus = [...new Set(gpu.gpus.map(({ name }) => name))].join(", ");
      const commit = packed?.commit ?? versions?.commit;
      const facts = [
        `${gpu.gpus.length} × ${gpus}, driver ${gpu.driver}, CUDA ${gpu.cuda}`,
        ...(machine ? [`${machine.cpu}, ${machine.cores} cores, Node ${machine.node.slice(1)}`] : []),
        `llama.cpp ${llamaCpp}`,
        ...(commit ? [`commit ${commit}`] : []),
        date.slice(0, 10),
      ];
      return `${facts.join("; ")}.`;
    },
  );
  return [...new Set(lines)];
}

const DRY =
  "**A dry run on the CPU, with a stand-in for the GPU: these figures show that the run works, and nothing else.**";

function busyOnes(results) {
  const busy = results.filter(({ others }) => others?.tooBusy);
  if (busy.length === 0) return [];
  const list = busy.map(({ slice, others }) => `${slice} (${short(others.share * 100)} %)`).join(", ");
  return [`**Others took more of the CPU than is quiet: ${list}.**`];
}

/** Markdown of all results in the folder. */
export function tableOf(folder) {
  const results = resultsIn(folder);
  const measured = results.filter(({ bench }) => Object.hasOwn(ROWS, bench));
  const rows = measured.flatMap((result) => {
    const found = ROWS[result.bench](result);
    return result.dryRun ? found.map((row) => [...row.slice(0, -1), "dry run"]) : found;
  });
  if (rows.length === 0) return "Nothing is measured yet.";
  const commands = measured.map(({ slice, seconds, command }) => `${slice}  # ${seconds} s\n  ${command}`);
  return [
    ...(results.some(({ dryRun }) => dryRun) ? [DRY] : []),
    markdownTable(HEAD, rows),
    places(measured).join("\n"),
    ...busyOnes(results),
    "Ratios are medians (least–greatest) of rounds taking turns; a target between least and greatest is undecided. Made by:",
    `\`\`\`text\n${commands.join("\n")}\n\`\`\``,
  ].join("\n\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(tableOf(process.argv[2] ?? RESULTS));
