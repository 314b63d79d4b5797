import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { LibraryNotice } from "./library-findings.js";
import { REMEDIES } from "./library-remedies.js";

/** What `npm run build:cuda` left. A stale one is not used, of which the operator gets notice. */
export type BuiltLibraries =
  | { state: "absent" }
  | { state: "stale"; notice: LibraryNotice }
  | { state: "current"; directory: string; architectures: string[] };

/** Written beside the libraries, by scripts/cuda/built-libraries.mjs. */
interface Manifest {
  release: string;
  architectures: string[];
  platform: string;
}

const FOLDER = fileURLToPath(new URL("../../build/cuda", import.meta.url));
const PLATFORM = `${process.platform}-${process.arch}`;

/** The CUDA libraries that were built here, which are good only for the release that engine.node was compiled for. */
export function builtLibraries(directory = FOLDER, release = pinnedRelease()): BuiltLibraries {
  if (!existsSync(directory)) return { state: "absent" };
  const manifest = manifestIn(directory);
  if (manifest === null) return stale(directory, "do not say what they are");
  const { architectures, platform } = manifest;
  if (platform !== PLATFORM) return stale(directory, `are for ${platform}, not ${PLATFORM}`);
  if (manifest.release !== release)
    return stale(directory, `are of llama.cpp ${manifest.release}, not ${release}`);
  return { state: "current", directory, architectures };
}

function stale(directory: string, what: string): BuiltLibraries {
  const found = `the libraries in ${directory} ${what}: the prebuilt ones are used`;
  return { state: "stale", notice: { found, remedy: REMEDIES.again } };
}

function manifestIn(directory: string): Manifest | null {
  try {
    const text = readFileSync(path.join(directory, "build.json"), "utf8");
    const { release, architectures, platform } = JSON.parse(text) as Partial<Manifest>;
    if (release === undefined || platform === undefined || !Array.isArray(architectures)) return null;
    return { release, architectures, platform };
  } catch {
    return null;
  }
}

/** Of the llama.cpp that node-llama-cpp brings. */
function pinnedRelease(): string {
  const file = new URL("../llama/binariesGithubRelease.json", import.meta.resolve("node-llama-cpp"));
  return (JSON.parse(readFileSync(file, "utf8")) as { release: string }).release;
}
