import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import type { Libraries, Variant } from "./libraries.js";

/** Whose a missing library is; what it is called stands before. */
const OWNERS: readonly { name: RegExp; remedy: (version: string) => string }[] = [
  {
    name: /^lib(?:cuda|nvidia-[\w-]+)\.so/,
    remedy: () =>
      "it comes with the NVIDIA driver, into a container with NVIDIA's container toolkit (--gpus all)",
  },
  {
    name: /^lib(?:cudart|cublas|cublasLt|nvrtc)\.so\.?(\d*)/,
    remedy: (version) =>
      `it comes with CUDA ${version}; install that, or build for the CUDA that is installed: npm run build:cuda`,
  },
  { name: /^libvulkan\.so/, remedy: () => "on Debian: apt-get install libvulkan1" },
  {
    name: /^libggml/,
    remedy: () => "the installation is incomplete; run npm ci, or npm run build:cuda again",
  },
];

const PATIENCE_MS = 10_000;

/**
 * Why the back end in these libraries found no device. llama.cpp keeps that to itself: it loads what can be loaded,
 * which leaves the CPU.
 */
export function whyNoDevice({ variant, directory }: Pick<Libraries, "variant" | "directory">): string {
  const file = path.join(directory, `libggml-${variant}.so`);
  return missingLibrary(file) ?? (variant === "cuda" ? driverProblem(file) : null) ?? noDevice(variant);
}

function noDevice(variant: Variant): string {
  return `no ${variant === "cuda" ? "CUDA" : "Vulkan"} device was found`;
}

function missingLibrary(file: string): string | null {
  const reason = loadingError(file);
  if (reason === null) return null;
  const name = /([^/\s:]+): cannot open shared object file/.exec(reason)?.[1];
  if (name === undefined) return reason;
  const owner = OWNERS.find((one) => one.name.test(name));
  const remedy = owner?.remedy(owner.name.exec(name)?.[1] ?? "");
  return `the library ${name} is missing${remedy === undefined ? "" : `: ${remedy}`}`;
}

/** What the dynamic linker says; null where the library can be loaded, which Node then calls no addon. */
function loadingError(file: string): string | null {
  try {
    process.dlopen({ exports: {} }, file, constants.dlopen.RTLD_NOW);
    return null;
  } catch (error) {
    const { message } = error as Error;
    return message.includes("did not self-register") ? null : message;
  }
}

function driverProblem(file: string): string | null {
  const { status, stdout, error } = spawnSync("nvidia-smi", ["-q"], {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  if (error) return null;
  if (status !== 0) return `${noDevice("cuda")}: nvidia-smi says "${stdout.trim().split("\n", 1)[0]}"`;
  const driver = /^CUDA[\w ]*Version\s*: (\d+)\.(\d+)/m.exec(stdout);
  const needed = cudaOf(file);
  if (!driver || needed === null || Number(driver[1]) >= needed) return null;
  return (
    `the NVIDIA driver serves CUDA ${driver[1]}.${driver[2]} at most, and the libraries need CUDA ${needed}: ` +
    "update the driver, or build with an older toolkit: npm run build:cuda"
  );
}

/** The major version of the CUDA that a library was linked to. */
function cudaOf(file: string): number | null {
  if (!existsSync(file)) return null;
  const bytes = readFileSync(file);
  const at = bytes.indexOf("libcudart.so.");
  const version =
    at < 0 ? undefined : /^libcudart\.so\.(\d+)/.exec(bytes.toString("latin1", at, at + 24))?.[1];
  return version === undefined ? null : Number(version);
}
