import type { TokenLogprob } from "../engine/messages.js";
import type { AnswerContext } from "./answer.js";
import { finite } from "./chat-logprobs.js";
import type { CompletionWishes } from "./completion-wishes.js";

/** OpenAI's older shape; null for a token that nothing comes before. */
export interface CompletionLogprobs {
  tokens: string[];
  token_logprobs: (number | null)[];
  top_logprobs: (Record<string, number> | null)[] | null;
  /** Where each token begins in the choice's text, in UTF-16 units. */
  text_offset: number[];
}

/** @param offset Where the first token begins. */
export function completionLogprobs(
  given: readonly TokenLogprob[],
  offset: number,
  { logprobs }: Pick<CompletionWishes, "logprobs">,
  { vocabulary }: Pick<AnswerContext, "vocabulary">,
): CompletionLogprobs {
  const tokens = given.map(({ token }) => vocabulary.textOf(token));
  let at = offset;
  return {
    tokens,
    token_logprobs: given.map(({ logprob }) => (Number.isNaN(logprob) ? null : finite(logprob))),
    top_logprobs: logprobs === 0 ? null : given.map((one) => topOf(one, logprobs ?? 0, vocabulary)),
    text_offset: tokens.map((token) => (at += token.length) - token.length),
  };
}

function topOf(
  { logprob, top }: TokenLogprob,
  most: number,
  vocabulary: AnswerContext["vocabulary"],
): Record<string, number> | null {
  if (Number.isNaN(logprob)) return null;
  return Object.fromEntries(
    top.slice(0, most).map(([token, value]) => [vocabulary.textOf(token), finite(value)]),
  );
}
