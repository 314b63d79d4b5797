import type { ModelInfo } from "../engine/messages.js";
import { ApiError } from "./errors.js";
import { shown } from "./schema-errors.js";

/** Of some model. */
export function isTokenId(item: unknown): boolean {
  return Number.isInteger(item) && (item as number) >= 0;
}

/**
 * Token ids can be counted, and compared with the vocabulary, before anything is done with them.
 * @param most How many fit.
 * @throws ApiError naming the first that is none of the model's.
 */
export function checkTokens(
  tokens: readonly number[],
  param: string,
  { vocabularySize, contextSize }: ModelInfo,
  most = Infinity,
): void {
  if (tokens.length > most) {
    const fitting = `at most ${most} fit in this model's context of ${contextSize}`;
    const reason = `'${param}' has ${tokens.length} tokens; ${fitting}.`;
    throw new ApiError("context_length_exceeded", { reason }, param);
  }
  const wrong = tokens.findIndex((id) => id >= vocabularySize);
  if (wrong < 0) return;
  const at = `${param}[${wrong}]`;
  const expected = `a token id below ${vocabularySize}`;
  throw new ApiError("invalid_value", { what: `'${at}'`, expected, received: shown(tokens[wrong]) }, at);
}
