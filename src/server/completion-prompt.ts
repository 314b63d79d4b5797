import type { Prompt } from "../engine/messages.js";
import { PROMPT, TOKEN_ID } from "./completion-schema.js";
import { ApiError } from "./errors.js";
import { isPlainText } from "./sampling-schema.js";
import { shown } from "./schema-errors.js";
import { isTokenId } from "./token-ids.js";

/** The prompt of a validated body, whose items were not looked at yet. @throws ApiError */
export function promptOf(prompt: string | unknown[]): Prompt {
  if (typeof prompt === "string") return { kind: "text", text: prompt };
  const other = prompt.findIndex((item) => !isTokenId(item));
  if (other < 0) return { kind: "tokens", tokens: prompt as number[] };
  const item = prompt[other];
  if (typeof item !== "string") throw refusal(`prompt[${other}]`, TOKEN_ID, item);
  if (prompt.length > 1) throw refusal("prompt", PROMPT, prompt);
  if (!isPlainText(item)) throw refusal("prompt[0]", PROMPT, item);
  return { kind: "text", text: item };
}

function refusal(param: string, expected: string, received: unknown): ApiError {
  return new ApiError("invalid_value", { what: `'${param}'`, expected, received: shown(received) }, param);
}
