import type { ModelInfo } from "../engine/messages.js";

/** Where the llama.cpp libraries under a model come from, in the words of the banner, the API and the metrics. */
export function librariesOrigin({ builtFor }: Pick<ModelInfo, "builtFor">): string {
  return builtFor === null ? "prebuilt" : `built here for ${builtFor.join(", ")}`;
}
