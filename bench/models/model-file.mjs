// The models that are measured: random weights of known shapes, made on first use into the cache folder. What a model
// says does not matter to its speed.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cacheFolder } from "../cache-folder.mjs";

const WRITER = fileURLToPath(new URL("../../models/random/main.mjs", import.meta.url));

export const SHAPES = ["tiny", "small", "llama-1b", "llama-8b", "llama-70b"];

export const MODEL_TYPES = ["f16", "q8_0", "q4_K_M"];

/** Where the model of this shape and type lies, or will. */
export function randomModelPath({ shape, type }) {
  return path.join(cacheFolder(), "models", `random-${shape}-${type}.gguf`);
}

/** A process that has ended has no command line, nor has one on a system without /proc. */
function commandOf(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    return "";
  }
}

/** Removes what writers of this file left that were killed: gigabytes each. The file of one that still writes stays. */
export function removeUnfinished(file) {
  const [folder, name] = [path.dirname(file), path.basename(file)];
  for (const part of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = part.startsWith(`${name}.`) && /^\.(\d+)\.partial$/.exec(part.slice(name.length))?.[1];
    if (pid && !commandOf(pid).includes(file)) rmSync(path.join(folder, part), { force: true });
  }
}

function write(shape, type, file) {
  removeUnfinished(file);
  console.error(`making ${path.basename(file)} in ${path.dirname(file)} …`);
  const args = [WRITER, "--architecture", "llama", "--shape", shape, "--type", type, file];
  const { status, error, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (error || status !== 0)
    throw new Error(`Expected the model to be written: ${error?.message ?? stderr.slice(-500)}`);
}

/** The path of the GGUF file. `model`, a file, comes before shape and type. */
export function modelFile({ model, shape, type }) {
  if (model !== undefined) {
    if (!existsSync(model))
      throw new Error(`Expected a GGUF file for --model but there is none at ${model}.`);
    return path.resolve(model);
  }
  const file = randomModelPath({ shape, type });
  mkdirSync(path.dirname(file), { recursive: true });
  if (!existsSync(file)) write(shape, type, file);
  return file;
}
