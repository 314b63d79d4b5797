import { existsSync } from "node:fs";
import { open } from "node:fs/promises";
import type { EngineSettings } from "../engine/messages.js";
import { parseAdapters } from "./lora-setting.js";
import { UsageError, type Settings } from "./settings.js";

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
  if (!download) await checkGguf("model", model);
  return { model, download };
}

/**
 * Finds out the same of the files that go with a model: the draft model and the adapters.
 * @throws UsageError
 */
export async function checkCompanions({
  draftModel,
  lora,
  alias,
}: Pick<Settings, "draftModel" | "lora" | "alias">): Promise<void> {
  if (draftModel !== "") await checkGguf("draft-model", draftModel);
  for (const { path } of parseAdapters(lora, alias)) await checkGguf("lora", path);
}

async function checkGguf(flag: string, path: string): Promise<void> {
  const start = await readStart(flag, path);
  if (start !== MAGIC) {
    throw new UsageError(`Expected a GGUF file for --${flag}, but '${path}' does not start with ${MAGIC}.`);
  }
}

async function readStart(flag: string, path: string): Promise<string> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAGIC.length), 0, MAGIC.length, 0);
      return buffer.toString("latin1", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UsageError(`Expected a GGUF file for --${flag}, but '${path}' ${whyUnreadable(error)}.`);
  }
}

/** The rest of a sentence that begins with the file's name. */
export function whyUnreadable(error: unknown): string {
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
