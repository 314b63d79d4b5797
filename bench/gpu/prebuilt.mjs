// The slice `build` where the back end came with the rest: shows what it is.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What says of a CUDA back end for which release and architectures it was built; of scripts/build-cuda.mjs. */
export const MANIFEST = "build/cuda/build.json";

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(readFileSync(MANIFEST, "utf8"));
