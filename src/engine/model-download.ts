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
  const silence = silenceAlarm();
  try {
    const file = resolveModelFile(model, {
      directory: modelsDirectory,
      cli: false,
      onProgress: ({ downloadedSize, totalSize }) => {
        silence.putOff();
        onProgress(totalSize > 0 ? downloadedSize / totalSize : 0);
      },
    });
    return await Promise.race([file, silence.rings]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot download ${model}: ${reason}`, { cause: error });
  } finally {
    silence.end();
  }
}

/** Rejects when nothing has put it off for SILENCE_MS. The downloader heeds no signal before the first byte. */
function silenceAlarm() {
  let timer: NodeJS.Timeout;
  const rings = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`nothing came for ${SILENCE_MS / 1000} s`)), SILENCE_MS);
  });
  return { rings, putOff: () => void timer.refresh(), end: () => clearTimeout(timer) };
}
