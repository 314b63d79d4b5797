import { existsSync } from "node:fs";
import { open, stat } from "node:fs/promises";
import type { EngineSettings } from "../engine/messages.js";
import { parseAdapters } from "./lora-setting.js";
import { namedModels, type NamedModel } from "./model-setting.js";
import { UsageError, type Settings } from "./settings.js";

/** "hf:…", "https:…" and the like; a file may have such a name too. */
const URI = /^[a-z][a-z0-9+.-]+:/i;
const MAGIC = "GGUF";

export const MIB = 2 ** 20;

/** The parts of a model that was split, by their numbers. */
const PART = /-(\d{5})-of-(\d{5})\.gguf$/i;

export interface ModelSource extends NamedModel, Pick<EngineSettings, "model" | "download"> {
  /** Of its files; 0 before a download. */
  bytes: number;
}

/**
 * Finds out before anything is started whether the models are GGUF files that the memory for them has room for.
 * @throws UsageError
 */
export async function findModels(
  settings: Pick<Settings, "model" | "alias" | "modelsMemory">,
): Promise<ModelSource[]> {
  const models: ModelSource[] = [];
  for (const { id, model } of namedModels(settings)) models.push({ id, ...(await findModel(model)) });
  const most = settings.modelsMemory * MIB;
  const large = models.find(({ bytes }) => most > 0 && bytes > most);
  if (!large) return models;
  const needed = Math.ceil(large.bytes / MIB);
  throw new UsageError(
    `Expected at least ${needed} for --models-memory, which '${large.id}' takes alone, but received '${settings.modelsMemory}'.`,
  );
}

/**
 * Whether `model` is a GGUF file; a URI is left to the downloader.
 * @throws UsageError
 */
export async function findModel(model: string): Promise<Omit<ModelSource, "id">> {
  if (URI.test(model) && !existsSync(model)) return { model, download: true, bytes: 0 };
  await checkGguf("model", model);
  return { model, download: false, bytes: await sizeOf(model) };
}

/** Of all its parts, as far as they are there. */
async function sizeOf(path: string): Promise<number> {
  const parts = Number(PART.exec(path)?.[2] ?? 1);
  let bytes = 0;
  for (let part = 1; part <= parts; part++) {
    const file = path.replace(PART, `-${String(part).padStart(5, "0")}-of-$2.gguf`);
    bytes += await stat(file).then(
      ({ size }) => size,
      () => 0,
    );
  }
  return bytes;
}

/**
 * Finds out the same of the files that go with the first model: the draft model and the adapters.
 * @throws UsageError
 */
export async function checkCompanions(
  { draftModel, lora }: Pick<Settings, "draftModel" | "lora">,
  models: readonly NamedModel[],
): Promise<void> {
  if (draftModel !== "") await checkGguf("draft-model", draftModel);
  const names = models.map(({ id }) => id);
  for (const { path } of parseAdapters(lora, names)) await checkGguf("lora", path);
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
