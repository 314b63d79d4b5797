import { homedir } from "node:os";
import path from "node:path";

/** Paths have no scheme; "hf:…", "https:…" and the like are URIs that node-llama-cpp's downloader resolves. */
export function isModelUri(model: string): boolean {
  return /^[a-z][a-z0-9+.-]+:/i.test(model);
}

/**
 * The path of the GGUF file to load, downloaded first when `model` is a URI (once: a file that is already there
 * is used). The downloader shows its own progress bar on a terminal.
 */
export async function modelFile(model: string): Promise<string> {
  if (!isModelUri(model)) return path.resolve(model);
  const { resolveModelFile } = await import("node-llama-cpp");
  return resolveModelFile(model, {
    directory: process.env["TACHO_MODELS_DIR"] ?? path.join(homedir(), ".cache", "tacho", "models"),
    cli: process.stderr.isTTY,
  });
}
