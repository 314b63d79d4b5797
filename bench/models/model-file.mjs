// The models that are measured: random weights of known shapes, made on first use into the cache folder. What a model
// says does not matter to its speed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../cache-folder.mjs";
import { llamaPrograms } from "../peers/llama-cpp.mjs";

const WRITER = fileURLToPath(new URL("../../models/random/main.mjs", import.meta.url));

export const SHAPES = ["tiny", "small", "llama-8b"];

/** How a file of each type comes to be: written so, or made by llama-quantize of an f16 file. */
const TYPES = { f16: "written", q8_0: "written", q4_K: "Q4_K_M" };

export const MODEL_TYPES = Object.keys(TYPES);

function run(program, args) {
  const { status, error, stderr } = spawnSync(program, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (error || status !== 0)
    throw new Error(
      `${path.basename(program)} failed to make the model: ${error?.message ?? stderr.slice(-500)}`,
    );
}

function write(shape, type, file) {
  if (!existsSync(WRITER)) throw new Error("Expected models/random/main.mjs for --shape; take --model FILE.");
  run(process.execPath, [WRITER, "--architecture", "llama", "--shape", shape, "--type", type, file]);
}

/** Under another name until it is whole. */
function quantize(source, method, file, programs) {
  const part = `${file}.part`;
  rmSync(part, { force: true });
  run(programs["llama-quantize"], [source, part, method]);
  renameSync(part, file);
}

function make({ shape, type, ...where }, file) {
  console.error(`making ${path.basename(file)} in ${path.dirname(file)} …`);
  if (TYPES[type] === "written") write(shape, type, file);
  else quantize(modelFile({ shape, type: "f16", ...where }), TYPES[type], file, llamaPrograms(where));
}

/** The path of the GGUF file. `model`, a file, comes before shape and type. */
export function modelFile({ model, shape, type, peers, gpu }) {
  if (model !== undefined) {
    if (!existsSync(model))
      throw new Error(`Expected a GGUF file for --model but there is none at ${model}.`);
    return path.resolve(model);
  }
  const folder = path.join(cacheFolder(), "models");
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, `random-${shape}-${type}.gguf`);
  if (!existsSync(file)) make({ shape, type, peers, gpu }, file);
  return file;
}
