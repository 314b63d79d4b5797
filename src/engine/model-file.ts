import type { EngineSettings } from "./messages.js";

/**
 * The path of the GGUF file to load, downloaded first when it is named by a URI (once: a file that is already
 * there is used).
 * @throws Error with one line saying why there is no file.
 */
export async function modelFile(
  { model, download, modelsDirectory }: EngineSettings,
  onProgress: (fraction: number) => void,
): Promise<string> {
  if (!download) return model;
  const { resolveModelFile } = await import("node-llama-cpp");
  try {
    return await resolveModelFile(model, {
      directory: modelsDirectory,
      cli: false,
      onProgress: ({ downloadedSize, totalSize }) =>
        onProgress(totalSize > 0 ? downloadedSize / totalSize : 0),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot download ${model}: ${reason}`, { cause: error });
  }
}
