import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import type { EngineSettings } from "../engine/messages.js";
import { UsageError } from "./settings.js";

/** "hf:…", "https:…" and the like; a file may have such a name too. */
const URI = /^[a-z][a-z0-9+.-]+:/i;
const MAGIC = "GGUF";

export type ModelSource = Pick<EngineSettings, "model" | "download">;

/**
 * Finds out before anything is started whether `model` is a GGUF file; a URI is left to the downloader.
 * @throws UsageError
 */
export async function findModel(model: string): Promise<ModelSource> {
  const download = URI.test(model) && !existsSync(model);
  if (!download) await checkGguf(model);
  return { model, download };
}

async function checkGguf(model: string): Promise<void> {
  const start = await readStart(model);
  if (start !== MAGIC) {
    throw new UsageError(`Expected a GGUF file for --model, but '${model}' does not start with ${MAGIC}.`);
  }
}

async function readStart(model: string): Promise<string> {
  try {
    const file = await open(model);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UsageError(`Expected a GGUF file for --model, but '${model}' ${reason(error)}.`);
  }
}

function reason(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EISDIR":
      return "is a directory";
    case "EACCES":
      return "cannot be read: permission denied";
    default:
      return `cannot be read: ${(error as Error).message}`;
  }
}
