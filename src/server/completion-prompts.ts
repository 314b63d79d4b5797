import type { Prompt } from "../engine/messages.js";
import { PROMPT, PROMPT_LIMIT, TOKEN_ID } from "./completion-schema.js";
import { ApiError } from "./errors.js";
import { isPlainText } from "./sampling-schema.js";
import { shown } from "./schema-errors.js";

/** The prompts of a validated body, whose items were not looked at yet. @throws ApiError */
export function promptsOf(prompt: string | unknown[], suffix: string | undefined): Prompt[] {
  const prompts = typeof prompt === "string" ? [textPrompt(prompt)] : listed(prompt);
  return suffix === undefined ? prompts : prompts.map((one) => infilling(one, suffix));
}

function listed(items: unknown[]): Prompt[] {
  if (isTokenId(items[0])) return [tokensPrompt(items, "prompt")];
  if (items.length > PROMPT_LIMIT) throw refusal("prompt", PROMPT, items);
  return items.map((item, index) => {
    const param = `prompt[${index}]`;
    if (Array.isArray(item) && item.length > 0) return tokensPrompt(item, param);
    if (typeof item === "string" && isPlainText(item)) return textPrompt(item);
    throw refusal(param, PROMPT, item);
  });
}

function textPrompt(text: string): Prompt {
  return { kind: "text", text };
}

function tokensPrompt(items: unknown[], param: string): Prompt {
  const other = items.findIndex((item) => !isTokenId(item));
  if (other >= 0) throw refusal(`${param}[${other}]`, TOKEN_ID, items[other]);
  return { kind: "tokens", tokens: items as number[] };
}

function infilling(prompt: Prompt, suffix: string): Prompt {
  if (prompt.kind === "text") return { kind: "infill", prefix: prompt.text, suffix };
  throw refusal("prompt", "text where there is a 'suffix'", "token ids");
}

function isTokenId(item: unknown): boolean {
  return Number.isInteger(item) && (item as number) >= 0;
}

function refusal(param: string, expected: string, received: unknown): ApiError {
  return new ApiError("invalid_value", { what: `'${param}'`, expected, received: shown(received) }, param);
}
