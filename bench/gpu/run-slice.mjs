// One slice, from its first process to what it leaves: a JSON file with what was measured where, and by which command.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { rounded, save } from "../figures.mjs";
import { removeUnfinished } from "../models/model-file.mjs";
import { freeBytes } from "./machine-facts.mjs";
import { isMade } from "./products.mjs";
import { endLeftovers, runCommand } from "./run-command.mjs";
import { note } from "./state.mjs";
import { testResults } from "./test-results.mjs";

/** What a slice cannot do without, or null: a GPU or a disk that is too small is no failure. */
function lacking({ memory = 0, disk = 0, files = {}, ...slice }, { root, gpuBytes, cache }) {
  const gigabytes = (bytes) => `${rounded(bytes / 1e9)} GB`;
  const isHere = (file) => existsSync(path.join(root, file));
  const absent = Object.entries(files).find(([, paths]) => !paths.some(isHere));
  if (absent !== undefined) return `needs ${absent[0]}, which did not come with the rest`;
  if (memory > gpuBytes) return `needs ${gigabytes(memory)} of GPU memory; there are ${gigabytes(gpuBytes)}`;
  const free = freeBytes(cache);
  if (disk <= free || (slice.products && isMade(slice))) return null;
  return `needs ${gigabytes(disk)} on the disk of ${cache}; ${gigabytes(free)} are free`;
}

/** Null where it left none. */
function resultIn(raw, { result, manifest, name }, root) {
  const file = manifest ? path.join(root, manifest) : path.join(raw, result);
  if (!existsSync(file)) return null;
  const found = JSON.parse(readFileSync(file, "utf8"));
  if (manifest) return { bench: name, figures: found };
  return result === "tests.json" ? { bench: "tests", figures: testResults(found, root) } : found;
}

/** As one would type it in the repository, without the folders of this machine. */
const shownCommand = ({ command, environment }) =>
  [...Object.entries(environment).map(([name, value]) => `${name}=${value}`), "node", ...command].join(" ");

/** vitest wants a file, the benches a folder. */
const outputFlags = ({ output, result }, raw) => {
  if (result === undefined) return [];
  return output === "--results" ? [output, raw] : [`${output}=${path.join(raw, result)}`];
};

/**
 * Runs it and notes how it ended in the state file; resolves with that. `run` holds: `root`, `out`, `stateFile`, `cache`,
 * `gpuBytes`, `seconds` (the limit), `environment`, and `facts` for the result (the GPU, or that it was a dry run).
 */
export async function runSlice(slice, run) {
  const { name } = slice;
  const [raw, log] = [path.join(run.out, "raw", name), path.join(run.out, "logs", `${name}.log`)];
  const mark = `${run.out}:${name}`;
  endLeftovers(mark);
  if (slice.disk) slice.products?.().forEach(removeUnfinished);
  const lack = lacking(slice, run);
  const settle = (what) => {
    note(run.stateFile, name, what);
    return what;
  };
  if (lack !== null) return settle({ state: "skipped", reason: lack });
  for (const folder of [raw, log]) rmSync(folder, { recursive: true, force: true });
  for (const folder of [raw, path.dirname(log)]) mkdirSync(folder, { recursive: true });
  const startedAt = new Date().toISOString();
  settle({ state: "running", startedAt });
  const began = performance.now();
  const args = [...slice.command, ...outputFlags(slice, raw)];
  const environment = { ...run.environment, ...slice.environment };
  const code = await runCommand({ args, cwd: run.root, environment, mark, log, seconds: run.seconds });
  const about = { startedAt, seconds: rounded((performance.now() - began) / 1000) };
  if (code === null)
    return settle({ state: "unfinished", ...about, reason: `took more than ${rounded(run.seconds)} s` });
  const result = slice.endsWith.includes(code) ? resultIn(raw, slice, run.root) : null;
  if (result === null)
    return settle({ state: "failed", ...about, reason: `ended with ${code}; see logs/${name}.log` });
  const facts = { slice: name, command: shownCommand(slice), seconds: about.seconds, ...run.facts };
  save(path.join(run.out, `gpu-${name}.json`), { ...facts, date: startedAt, ...result });
  return settle({ state: "done", ...about });
}
