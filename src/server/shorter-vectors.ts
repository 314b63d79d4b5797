import { basename } from "node:path";
import type { ModelInfo } from "../engine/messages.js";
import { ApiError } from "./errors.js";

/**
 * Models whose vectors' first numbers make a good shorter vector, as they were trained so (Matryoshka representation
 * learning). GGUF files do not say it; their names do.
 */
const SHORTENABLE: readonly RegExp[] = [
  /matryoshka/,
  /nomic-embed-text-v(1\.5|2)/,
  /mxbai-embed-(large|2d|xsmall)/,
  /qwen3-(vl-)?embedding/,
  /embedding-?gemma/,
  /snowflake-arctic-embed-(m-v1\.5|[ml]-v2)/,
  /jina-embeddings-v[345]/,
  /gte-.*-mrl/,
];

/**
 * What the engine shortens vectors to; null for not at all.
 * @throws ApiError for a length that the model's vectors must not have.
 */
export function shorterLength(wanted: number | undefined, model: ModelInfo): number | null {
  if (wanted === undefined || wanted === model.dimensions) return null;
  if (wanted < model.dimensions && isShortenable(model)) return wanted;
  const { dimensions } = model;
  const expected = isShortenable(model) ? `1 to ${dimensions}` : `${dimensions}, or to be left out`;
  const details = { what: "'dimensions'", expected: `${expected} for this model`, received: wanted };
  throw new ApiError("invalid_value", details, "dimensions");
}

function isShortenable({ name, file }: ModelInfo): boolean {
  const names = [name, basename(file)].map((text) => text.toLowerCase().replaceAll(/[\s_]+/g, "-"));
  return SHORTENABLE.some((pattern) => names.some((text) => pattern.test(text)));
}
