// Whether there is a CUDA back end already that is as good as one built here, and the slice `build` where there is.
import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArchitectures } from "../../scripts/cuda/architectures.mjs";
import { gpuArchitectures } from "../../scripts/cuda/driver.mjs";
import { LLAMA_RELEASE } from "../peers/llama-cpp.mjs";

/** What says of a CUDA back end for which release and architectures it was built; of scripts/build-cuda.mjs. */
export const MANIFEST = "build/cuda/build.json";

/** Null where there is none, or what is there does not say what it is. */
export function manifestIn(root) {
  try {
    return JSON.parse(readFileSync(path.join(root, MANIFEST), "utf8"));
  } catch {
    return null;
  }
}

/** With machine code for it: what the driver would have to compile first is not what would be built. */
const isFor = (architecture) => (one) =>
  new RegExp(`^${architecture.replace(/-real$/, "")}[af]?(-real)?$`).test(one);

/**
 * Why the back end of this manifest is not one that a build of `release` for GPUs of these `architectures` would leave;
 * null where it is.
 */
export function unfitness(
  manifest,
  { release, architectures, platform = `${process.platform}-${process.arch}` },
) {
  if (manifest === null) return "there is none";
  const { release: of, architectures: built = [], platform: on } = manifest;
  if (on !== platform) return `what is there is for ${on}, not ${platform}`;
  if (of !== release) return `what is there is of llama.cpp ${of}, not ${release}`;
  const missing = architectures.find((one) => !built.some(isFor(one)));
  return missing === undefined ? null : `what is there is for ${built.join(", ")}, not ${missing}`;
}

/**
 * What tells, each time it is called, why the back end in the repository at `root` must be built: for `named` architectures,
 * else for this machine's. Throws where these are none, or the machine has no GPU.
 */
export function unfitnessFor(root, named) {
  const architectures = named === undefined ? gpuArchitectures() : parseArchitectures(named);
  return () => unfitness(manifestIn(root), { release: LLAMA_RELEASE, architectures });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(readFileSync(MANIFEST, "utf8"));
