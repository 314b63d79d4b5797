import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { backEndNeeds } from "./back-end-needs.js";
import { REMEDIES } from "./library-remedies.js";
import type { LibraryChoice, LibraryVariant, MissingLibraries } from "./library-findings.js";

const INCOMPLETE = `the installation is incomplete; ${REMEDIES.install}`;

const PATIENCE_MS = 10_000;

/**
 * Why the back end in these libraries found no device. llama.cpp keeps that to itself: it loads what can be loaded,
 * which leaves the CPU.
 */
export function whyNoDevice({ variant, directory }: Pick<LibraryChoice, "variant" | "directory">): string {
  const name = `libggml-${variant}.so`;
  const file = path.join(directory, name);
  if (!existsSync(file)) return missing({ names: [name], remedy: INCOMPLETE });
  const needs = backEndNeeds(file);
  if (needs.missing.length > 0) return needs.missing.map(missing).join("; ");
  return loadingError(file) ?? (variant === "cuda" ? driverProblem(needs.cuda) : null) ?? noDevice(variant);
}

function noDevice(variant: LibraryVariant): string {
  return `no ${variant === "cuda" ? "CUDA" : "Vulkan"} device was found`;
}

function missing({ names, remedy }: MissingLibraries): string {
  const subject = names.length === 1 ? `the library ${names[0]} is` : `the libraries ${names.join(", ")} are`;
  return `${subject} missing${remedy === null ? "" : `: ${remedy}`}`;
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

function driverProblem(needed: number | null): string | null {
  const { status, stdout, error } = spawnSync("nvidia-smi", ["-q"], {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  if (error) return null;
  if (status !== 0) return `${noDevice("cuda")}: nvidia-smi says "${stdout.trim().split("\n", 1)[0]}"`;
  const driver = /^CUDA[\w ]*Version\s*: (\d+)\.(\d+)/m.exec(stdout);
  if (!driver || needed === null || Number(driver[1]) >= needed) return null;
  return (
    `the NVIDIA driver serves CUDA ${driver[1]}.${driver[2]} at most, and the libraries need CUDA ${needed}: ` +
    `update the driver, or ${REMEDIES.toolkit}`
  );
}
