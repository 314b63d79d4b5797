import type { TokenLogprob } from "../engine/messages.js";
import type { AnswerContext } from "./answer.js";
import { finite } from "./chat-logprobs.js";
import type { CompletionWishes } from "./completion-wishes.js";

/** OpenAI's older shape. */
export interface CompletionLogprobs {
  tokens: string[];
  token_logprobs: number[];
  top_logprobs: Record<string, number>[] | null;
  /** Where each token begins in the choice's text, in UTF-16 units. */
  text_offset: number[];
}

/** @param offset Where the first token begins. */
export function completionLogprobs(
  sampled: readonly TokenLogprob[],
  offset: number,
  { logprobs }: Pick<CompletionWishes, "logprobs">,
  { vocabulary }: Pick<AnswerContext, "vocabulary">,
): CompletionLogprobs {
  const tokens = sampled.map(({ token }) => vocabulary.textOf(token));
  let at = offset;
  return {
    tokens,
    token_logprobs: sampled.map(({ logprob }) => finite(logprob)),
    top_logprobs:
      logprobs === 0 ? null : sampled.map(({ top }) => topOf(top.slice(0, logprobs ?? 0), vocabulary)),
    text_offset: tokens.map((token) => (at += token.length) - token.length),
  };
}

function topOf(top: TokenLogprob["top"], vocabulary: AnswerContext["vocabulary"]): Record<string, number> {
  return Object.fromEntries(top.map(([token, logprob]) => [vocabulary.textOf(token), finite(logprob)]));
}
