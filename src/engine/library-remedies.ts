import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What mends an installation, as parts of a sentence. */
export interface LibraryRemedies {
  /** Libraries that are not there, or damaged. */
  install: string;
  /** The same of the addons. */
  addons: string;
  /** CUDA libraries for the GPUs that are there. */
  architectures: string;
  /** CUDA libraries for an older CUDA. */
  toolkit: string;
  /** The same for the CUDA that is here. */
  runTime: string;
  /** Libraries that are there, but not as they should be. */
  again: string;
}

const OF_CHECKOUT: LibraryRemedies = {
  install: "run npm ci, without --omit=optional",
  addons: "run npm run build; it names a tool that is missing, and its logs lie in build/logs",
  architectures: "run npm run build:cuda on this machine, or name its GPUs' architectures too (docs/gpu.md)",
  toolkit: "build with an older toolkit: npm run build:cuda",
  runTime: "build for the CUDA that is installed: npm run build:cuda",
  again: "run npm run build:cuda again, or remove that folder",
};

/** It holds neither npm nor compilers. */
const OF_IMAGE: LibraryRemedies = {
  install: "pull or build the image again",
  addons: "pull or build the image again",
  architectures: "build the image for this GPU: --build-arg CUDA_ARCHITECTURES=LIST (docs/container.md)",
  toolkit: "build the image with an older CUDA: --build-arg CUDA_VERSION=VERSION (docs/container.md)",
  runTime: "pull or build the image again",
  again: "pull or build the image again",
};

const PACKAGE = fileURLToPath(new URL("../../", import.meta.url));

/** What is possible where the package lies in `folder`: an image is made without scripts/. */
export function remediesIn(folder: string): LibraryRemedies {
  return existsSync(`${folder}/scripts/build-cuda.mjs`) ? OF_CHECKOUT : OF_IMAGE;
}

/** Those that are possible here. */
export const REMEDIES = remediesIn(PACKAGE);
