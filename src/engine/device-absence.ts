import { existsSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import { backEndNeeds } from "./back-end-needs.js";
import { REMEDIES } from "./library-remedies.js";
import type { LibraryChoice, LibraryVariant, MissingLibraries } from "./library-findings.js";

const INCOMPLETE = `the installation is incomplete; ${REMEDIES.install}`;

/** CUDA's word for a driver that is older than its run time. */
const OLD_DRIVER = /driver version is insufficient/;

/**
 * Why the back end in these libraries found no device. llama.cpp loads what can be loaded, which leaves the CPU.
 * @param problem What it said of that, or ""; of a library that cannot be loaded it says nothing.
 */
export function whyNoDevice(
  { variant, directory }: Pick<LibraryChoice, "variant" | "directory">,
  problem: string,
): string {
  const name = `libggml-${variant}.so`;
  const file = path.join(directory, name);
  if (!existsSync(file)) return missing({ names: [name], remedy: INCOMPLETE });
  const needs = backEndNeeds(file);
  if (needs.missing.length > 0) return needs.missing.map(missing).join("; ");
  return loadingError(file) ?? noDevice(variant, problem);
}

function noDevice(variant: LibraryVariant, problem: string): string {
  const none = `no ${variant === "cuda" ? "CUDA" : "Vulkan"} device was found`;
  if (problem === "") return none;
  return `${none}: ${problem}${OLD_DRIVER.test(problem) ? `; update the driver, or ${REMEDIES.toolkit}` : ""}`;
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
