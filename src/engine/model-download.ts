import type { EngineSettings } from "./messages.js";

/** A server that says nothing for this long will not; the downloader itself tries for ever. */
const SILENCE_MS = 60_000;

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
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(), SILENCE_MS);
  try {
    return await resolveModelFile(model, {
      directory: modelsDirectory,
      cli: false,
      signal: silence.signal,
      onProgress: ({ downloadedSize, totalSize }) => {
        timer.refresh();
        onProgress(totalSize > 0 ? downloadedSize / totalSize : 0);
      },
    });
  } catch (error) {
    throw new Error(`cannot download ${model}: ${reasonOf(error, silence.signal)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown, { aborted }: AbortSignal): string {
  if (aborted) return `nothing came for ${SILENCE_MS / 1000} s`;
  return error instanceof Error ? error.message : String(error);
}
