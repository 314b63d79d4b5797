import type { AnswerContext } from "./answer.js";

/** The prompt as text. */
export function echoOf({ call, vocabulary }: AnswerContext, prompt: number): string {
  const given = call.prompts[prompt]!;
  if (given.kind === "text") return given.text;
  return given.kind === "tokens" ? vocabulary.textOf(...given.tokens) : "";
}
