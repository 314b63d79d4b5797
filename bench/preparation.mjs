// What the benches otherwise make on first use, by itself: the programs of the peers, and a model.
import { statSync } from "node:fs";
import path from "node:path";
import { COMMON_OPTIONS, readOptions } from "./command-line.mjs";
import { machine, rounded, save } from "./figures.mjs";
import { modelFile, randomModelPath } from "./models/model-file.mjs";
import { llamaPrograms, sharedBackends } from "./peers/llama-cpp.mjs";

function timed(make) {
  const started = performance.now();
  const made = make();
  return { made, seconds: (performance.now() - started) / 1000 };
}

function leave(bench, { results, ...options }, figures) {
  const { shape, type, gpu } = options;
  const about = { bench, date: new Date().toISOString(), machine: machine(), options: { shape, type, gpu } };
  save(path.join(results, `${bench}.json`), { ...about, figures });
  console.log(JSON.stringify(figures));
}

/** Builds llama.cpp's programs where they are missing. */
export async function peers(args) {
  const options = readOptions(args, COMMON_OPTIONS);
  const { made, seconds } = timed(() => llamaPrograms(options));
  const sharesBackends = sharedBackends(options.gpu) !== null;
  leave("peers", options, { programs: Object.keys(made), seconds: rounded(seconds), sharesBackends });
}

/** Not the time of birth: not every file system has one, and some that have none tell another time for it. */
const writtenAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;

/** Writes the model where it is missing; how fast, is told only then. */
export async function model(args) {
  const options = readOptions(args, COMMON_OPTIONS);
  const before = writtenAt(options.model ?? randomModelPath(options));
  const { made, seconds } = timed(() => modelFile(options));
  const { size } = statSync(made);
  const megabytesPerSecond = writtenAt(made) === before ? null : rounded(size / 1e6 / seconds);
  leave("model", options, { bytes: size, seconds: rounded(seconds), megabytesPerSecond });
}
