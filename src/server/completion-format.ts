import type { AnswerContext } from "./answer.js";
import type { AnswerPiece } from "./answer-piece.js";
import { echoOf } from "./completion-echo.js";
import { completionLogprobs } from "./completion-logprobs.js";
import type { CompletionWishes } from "./completion-wishes.js";
import type { GatheredChoice } from "./gathered-choice.js";
import type { AnswerFormat, StreamedChoice } from "./openai-answer.js";

/** The older completions, as in OpenAI's reference: whole answers and chunks share one shape. */
export function completionFormat(wishes: CompletionWishes): AnswerFormat {
  return {
    idPrefix: "cmpl-",
    object: "text_completion",
    empty: wishes.empty,
    chosen: (choices, { call }) => bestOf(choices, call.n, wishes.n),
    choice: (index, choice, context) => ({
      text: echoAt(index, context, wishes) + (wishes.empty ? "" : choice.content),
      index,
      logprobs: wholeLogprobs(choice, context, wishes),
      finish_reason: choice.finish,
    }),
    stream: {
      object: "text_completion",
      choice: (index, context) => streamedChoice(index, context, wishes),
    },
  };
}

function wholeLogprobs(choice: GatheredChoice, context: AnswerContext, wishes: CompletionWishes) {
  if (wishes.logprobs === null) return null;
  const tokens = [...choice.promptLogprobs, ...(wishes.empty ? [] : choice.logprobs)];
  return completionLogprobs(tokens, 0, wishes, context);
}

/** The prompt of a choice that repeats it. */
function echoAt(index: number, context: AnswerContext, { echo, n }: CompletionWishes): string {
  return echo ? echoOf(context, Math.floor(index / n)) : "";
}

/** Of each prompt's choices those with the highest mean log probability a token. */
function bestOf(choices: GatheredChoice[], of: number, n: number): GatheredChoice[] {
  if (of === n) return choices;
  const prompts = Array.from({ length: choices.length / of }, (_, at) =>
    choices.slice(at * of, (at + 1) * of),
  );
  return prompts.flatMap((some) => some.sort((a, b) => meanLogprob(b) - meanLogprob(a)).slice(0, n));
}

function meanLogprob({ logprobs }: GatheredChoice): number {
  return logprobs.reduce((sum, { logprob }) => sum + logprob, 0) / Math.max(1, logprobs.length);
}

function streamedChoice(index: number, context: AnswerContext, wishes: CompletionWishes): StreamedChoice {
  const tail = `,"index":${index},"logprobs":null,"finish_reason":null}`;
  const echo = echoAt(index, context, wishes);
  let offset = 0;
  const withLogprobs = ({ text, logprobs, promptLogprobs }: AnswerPiece): string => {
    const tokens = [...(promptLogprobs ?? []), ...(wishes.empty ? [] : (logprobs ?? []))];
    const shown = completionLogprobs(tokens, offset, wishes, context);
    offset = shown.tokens.reduce((sum, token) => sum + token.length, offset);
    return JSON.stringify({ text: wishes.empty ? "" : text, index, logprobs: shown, finish_reason: null });
  };
  return {
    opening: echo === "" ? null : `{"text":${JSON.stringify(echo)}${tail}`,
    pieces(piece) {
      if (wishes.logprobs !== null && (piece.logprobs ?? piece.promptLogprobs)) return [withLogprobs(piece)];
      return piece.text === "" || wishes.empty ? [] : [`{"text":${JSON.stringify(piece.text)}${tail}`];
    },
    closing: (finish) => `{"text":"","index":${index},"logprobs":null,"finish_reason":"${finish}"}`,
  };
}
