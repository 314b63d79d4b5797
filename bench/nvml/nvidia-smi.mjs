// nvidia-smi, as it lies on the PATH.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { parseSmi } from "./smi-document.mjs";

const run = promisify(execFile);

/** It takes seconds where a driver is being loaded. */
const PATIENCE_MS = 60_000;

/** The document of all GPUs. @throws Error where it is missing or fails. */
export async function askSmi() {
  const options = { timeout: PATIENCE_MS, maxBuffer: 2 ** 26 };
  try {
    return parseSmi((await run("nvidia-smi", ["-q", "-x"], options)).stdout);
  } catch (error) {
    throw new Error(`Expected nvidia-smi -q -x to answer, but: ${error.message}`, { cause: error });
  }
}

export const gpusOf = (document) => document.children.gpu ?? [];
