import type { TokenLogprob } from "../engine/messages.js";
import type { AnswerContext } from "./answer.js";

/** The `logprobs` of a chat choice. */
export function chatLogprobs(
  tokens: readonly TokenLogprob[],
  { vocabulary, call }: Pick<AnswerContext, "vocabulary" | "call">,
) {
  const one = (token: number, logprob: number) => {
    const bytes = vocabulary.bytesOf(token);
    return { token: bytes.toString(), logprob: finite(logprob), bytes: [...bytes] };
  };
  const content = tokens.map(({ token, logprob, top }) => ({
    ...one(token, logprob),
    top_logprobs: top.slice(0, call.logprobs ?? 0).map(([other, value]) => one(other, value)),
  }));
  return { content, refusal: null };
}

/** OpenAI's stand-in for a probability of 0, of which JSON has no logarithm. */
const IMPOSSIBLE = -9999;

export function finite(logprob: number): number {
  return Number.isFinite(logprob) ? logprob : IMPOSSIBLE;
}
