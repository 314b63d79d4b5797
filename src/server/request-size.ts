import type { GenerateRequest, Prompt } from "../engine/messages.js";

/** What a request asks of a queue and of a slot, before anyone has tokenised it. */
export interface RequestSize {
  bytes: number;
  /** Of prompt and answer, about. */
  tokens: number;
  /** In sampled tokens, about. */
  work: number;
}

/** About right for English and code; other scripts and digits take more tokens. */
const BYTES_A_TOKEN = 4;

/** Of a request that names no limit. */
const EXPECTED_ANSWER = 512;

/** Prompts are computed in batches: a token takes a quarter of a sampled one's time on a CPU, a fiftieth on a GPU. */
const PROMPT_WORK = 1 / 8;

/**
 * @param contextSize Tokens that no request exceeds.
 * @param sharesPrompt With a request before it, which counts it.
 */
export function sizeOf(
  request: Pick<GenerateRequest, "prompt" | "maxTokens" | "prediction" | "constraint">,
  contextSize: number,
  sharesPrompt = false,
): RequestSize {
  const { prompt, maxTokens, prediction, constraint } = request;
  const promptTokens = Math.min(tokensOf(prompt), contextSize);
  const answer = Math.min(maxTokens ?? EXPECTED_ANSWER, contextSize - promptTokens);
  if (sharesPrompt) return { bytes: 0, tokens: answer, work: answer };
  return {
    bytes: promptBytes(prompt) + prediction.length + (constraint?.text.length ?? 0),
    tokens: promptTokens + answer,
    work: promptTokens * PROMPT_WORK + answer,
  };
}

function tokensOf(prompt: Prompt): number {
  return prompt.kind === "tokens" ? prompt.tokens.length : readingSize(promptBytes(prompt)).tokens;
}

/** Of text that is read and not continued. */
export function readingSize(bytes: number): RequestSize {
  const tokens = Math.ceil(bytes / BYTES_A_TOKEN);
  return { bytes, tokens, work: tokens * PROMPT_WORK };
}

/** An estimate that needs no encoding: most text is one byte a character. */
export function promptBytes(prompt: Prompt): number {
  switch (prompt.kind) {
    case "tokens":
      return prompt.tokens.length * 4;
    case "text":
      return prompt.text.length;
    case "infill":
      return prompt.prefix.length + prompt.suffix.length;
    case "chat":
      return prompt.messages.length + prompt.tools.length;
  }
}
