import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { builtLibraries, type BuiltLibraries } from "./built-libraries.js";
import type { LibraryChoice, LibraryVariant } from "./library-findings.js";
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
 * such. Throws LibraryError when there is none.
 */
export async function chooseLibraries(
  gpu: EngineSettings["gpu"],
  built: BuiltLibraries = builtLibraries(),
): Promise<LibraryChoice> {
  // Whatever takes their place: where the prebuilt ones need another CUDA, that is not CUDA.
  const notice = built.state === "stale" && (gpu === "cuda" || gpu === "auto") ? built.notice : null;
  for (const variant of await candidates(gpu, built)) {
    if (variant === "cuda" && built.state === "current")
      return { variant, directory: built.directory, builtFor: built.architectures, notice: null };
    const directory = await libraryDirectory(variant);
    if (directory !== null) return { variant, directory, builtFor: null, notice };
  }
  throw new LibraryError(
    `no llama.cpp libraries for --gpu ${gpu} on ${process.platform}-${process.arch}: ` +
      "the optional packages of node-llama-cpp are not installed; run npm ci without --omit=optional",
  );
}

async function candidates(gpu: EngineSettings["gpu"], built: BuiltLibraries): Promise<LibraryVariant[]> {
  if (gpu === "off") return ["cpu"];
  if (gpu !== "auto") return [gpu];
  // They hold the CPU's back end as well, should their GPU be gone.
  if (built.state === "current") return ["cuda"];
  // Imported only here: it takes 0.4 s, and only "auto" needs to know what the machine has.
  const { getLlamaGpuTypes } = await import("node-llama-cpp");
  const supported = await getLlamaGpuTypes("supported");
  return [...supported.filter((type) => type === "cuda" || type === "vulkan"), "cpu"];
}

async function libraryDirectory(variant: LibraryVariant): Promise<string | null> {
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
