import type { AnswerPart, TokenLogprob } from "../engine/messages.js";

/** What one step brought one choice of an answer. */
export interface AnswerPiece {
  /** Content, where `parts` is null; else "". */
  text: string;
  /** What the text is made of, where the model's template has a format for that. */
  parts: AnswerPart[] | null;
  /** Of the tokens sampled since the last piece; null when none were asked for. */
  logprobs: TokenLogprob[] | null;
  /** The same of the prompt's next tokens. */
  promptLogprobs: TokenLogprob[] | null;
}
