import type { ModelInfo } from "../engine/messages.js";
import { INPUT, INPUT_LIMIT } from "./embedding-schema.js";
import { ApiError } from "./errors.js";
import { isPlainText } from "./sampling-schema.js";
import { shown } from "./schema-errors.js";
import { checkTokens, isTokenId } from "./token-ids.js";

export type EmbeddingInput = string | number[];

/** The inputs of a validated body, whose items were not looked at yet, and the field that each came in. */
export interface EmbeddingInputs {
  inputs: EmbeddingInput[];
  paramOf: (index: number | null) => string;
}

/** @throws ApiError */
export function inputsOf(input: string | unknown[]): EmbeddingInputs {
  const one = () => "input";
  if (typeof input === "string") return { inputs: [input], paramOf: one };
  if (isTokenId(input[0])) return { inputs: [tokensOf(input, "input")], paramOf: one };
  if (input.length > INPUT_LIMIT) throw refusal("input", INPUT, input);
  const paramOf = (index: number | null) => (index === null ? "input" : `input[${index}]`);
  return { inputs: input.map((item, index) => inputOf(item, paramOf(index))), paramOf };
}

/** What the model's limits refuse before the engine hears of it. @throws ApiError */
export function checkInputs({ inputs, paramOf }: EmbeddingInputs, info: ModelInfo): void {
  for (const [index, input] of inputs.entries()) {
    if (typeof input !== "string") checkTokens(input, paramOf(index), info, info.contextSize);
  }
}

/** An id has four, about as many as the text of a token. */
export function bytesOf(inputs: readonly EmbeddingInput[]): number {
  return inputs.reduce((sum, input) => sum + input.length * (typeof input === "string" ? 1 : 4), 0);
}

function inputOf(item: unknown, param: string): EmbeddingInput {
  if (typeof item === "string" && isPlainText(item)) return item;
  if (Array.isArray(item) && item.length > 0) return tokensOf(item, param);
  throw refusal(param, "a text (without NUL or lone surrogates) or an array of token ids", item);
}

function tokensOf(items: unknown[], param: string): number[] {
  const other = items.findIndex((item) => !isTokenId(item));
  if (other < 0) return items as number[];
  throw refusal(`${param}[${other}]`, "a token id", items[other]);
}

function refusal(param: string, expected: string, received: unknown): ApiError {
  return new ApiError("invalid_value", { what: `'${param}'`, expected, received: shown(received) }, param);
}
