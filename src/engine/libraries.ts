import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { builtLibraries, type BuiltLibraries } from "./built-libraries.js";
import { computeCapabilities } from "./compute-capabilities.js";
import { codeFor } from "./gpu-code.js";
import type { LibraryChoice, LibraryNotice, LibraryVariant } from "./library-findings.js";
import { REMEDIES } from "./library-remedies.js";
import type { EngineSettings } from "./messages.js";

/** The packages that hold llama.cpp's shared libraries, best first. Built by and pinned with node-llama-cpp. */
const PACKAGES: Record<LibraryVariant, readonly string[]> = {
  cuda: [`linux-${process.arch}-cuda`, `linux-${process.arch}-cuda-ext`],
  vulkan: [`linux-${process.arch}-vulkan`],
  cpu: [`linux-${process.arch}`],
};

/** Named in every variant; its own dependencies (libllama, libggml) lie beside it. */
export const COMMON_LIBRARY = "libllama-common.so";

/** What can be mended by another flag or an installation. */
export class LibraryError extends Error {}

/**
 * The folder of llama.cpp libraries that `gpu` asks for: for CUDA the ones that were built here, where there are
 * such that hold code for this machine's GPUs. Throws LibraryError when there is none.
 */
export async function chooseLibraries(
  gpu: EngineSettings["gpu"],
  built: BuiltLibraries = builtLibraries(),
  capabilities: () => Promise<Record<string, string>> = computeCapabilities,
): Promise<LibraryChoice> {
  if (gpu !== "cuda" && gpu !== "auto") return prebuilt(gpu, [gpu === "off" ? "cpu" : gpu], null);
  if (built.state === "absent") return prebuilt(gpu, await candidates(gpu), null);
  // Whatever takes their place: where the prebuilt ones need another CUDA, that is not CUDA.
  if (built.state === "stale") return prebuilt(gpu, await candidates(gpu), built.notice);
  const { directory, architectures } = built;
  const unfit = unfitness(directory, architectures, Object.values(await capabilities()));
  // They hold the CPU's back end as well, should their GPU be gone.
  if (unfit === null) return { variant: "cuda", directory, builtFor: architectures, notice: null };
  if (gpu === "cuda") throw new LibraryError(`${unfit.found}; ${unfit.remedy}`);
  const notice = { found: `${unfit.found}: others are used`, remedy: unfit.remedy };
  return prebuilt(gpu, await candidates(gpu), notice);
}

/** Why libraries must not be used: a kernel that holds no code for its GPU ends the process. */
function unfitness(
  directory: string,
  architectures: readonly string[],
  capabilities: readonly string[],
): LibraryNotice | null {
  const without = capabilities.filter((capability) => codeFor(capability, architectures) === "none");
  // Which GPUs the variable leaves is CUDA's affair: it may hide those.
  const mayBeHidden = process.env["CUDA_VISIBLE_DEVICES"] !== undefined;
  if (without.length === 0 || (mayBeHidden && without.length < capabilities.length)) return null;
  const named = [...new Set(without)].join(", ");
  const found =
    `the libraries in ${directory}, built for ${architectures.join(", ")}, ` +
    `hold no code for a GPU of compute capability ${named}`;
  return { found, remedy: REMEDIES.architectures };
}

async function prebuilt(
  gpu: EngineSettings["gpu"],
  variants: readonly LibraryVariant[],
  notice: LibraryNotice | null,
): Promise<LibraryChoice> {
  for (const variant of variants) {
    const directory = await prebuiltDirectory(variant);
    if (directory !== null) return { variant, directory, builtFor: null, notice };
  }
  throw new LibraryError(
    `no llama.cpp libraries for --gpu ${gpu} on ${process.platform}-${process.arch}: ` +
      `the optional packages of node-llama-cpp are not installed; ${REMEDIES.install}` +
      (notice === null ? "" : `; ${notice.found}; ${notice.remedy}`),
  );
}

async function candidates(gpu: "cuda" | "auto"): Promise<LibraryVariant[]> {
  if (gpu === "cuda") return [gpu];
  // Imported only here: it takes 0.4 s, and only "auto" needs to know what the machine has.
  const { getLlamaGpuTypes } = await import("node-llama-cpp");
  const supported = await getLlamaGpuTypes("supported");
  return [...supported.filter((type) => type === "cuda" || type === "vulkan"), "cpu"];
}

/** Of node-llama-cpp's packages; null where none is installed. */
export async function prebuiltDirectory(variant: LibraryVariant): Promise<string | null> {
  // Resolved from node-llama-cpp, whose optional dependencies these are.
  const resolve = createRequire(import.meta.resolve("node-llama-cpp")).resolve;
  for (const name of PACKAGES[variant]) {
    const binaries = await import(
      pathToFileURL(resolveOptional(resolve, `@node-llama-cpp/${name}`)).href
    ).then(
      (module: { getBinsDir(): { binsDir: string } }) => module.getBinsDir().binsDir,
      () => null,
    );
    const directory = binaries === null ? null : folderWithLibrary(binaries);
    if (directory !== null) return directory;
  }
  return null;
}

function resolveOptional(resolve: NodeJS.RequireResolve, name: string): string {
  try {
    return resolve(name);
  } catch {
    return "/not-installed";
  }
}

function folderWithLibrary(root: string): string | null {
  for (const name of readdirSync(root)) {
    const directory = path.join(root, name);
    if (existsSync(path.join(directory, COMMON_LIBRARY))) return directory;
  }
  return null;
}
