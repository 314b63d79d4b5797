import type { AnswerContext, AnswerPiece } from "./answer.js";
import { completionLogprobs, type CompletionLogprobs } from "./completion-logprobs.js";
import { echoOf } from "./completion-echo.js";
import type { CompletionWishes } from "./completion-wishes.js";
import type { GatheredChoice } from "./gathered-choice.js";
import type { AnswerFormat, StreamedChoice } from "./openai-answer.js";

/** The older completions, as in OpenAI's reference: whole answers and chunks share one shape. */
export function completionFormat(wishes: CompletionWishes): AnswerFormat {
  return {
    idPrefix: "cmpl-",
    object: "text_completion",
    chosen: (choices, { call }) => bestOf(choices, call.n, wishes.n),
    choice: (index, choice, context) => {
      const echo = wishes.echo ? echoOf(context, Math.floor(index / wishes.n)) : "";
      const { content, logprobs } = choice;
      return {
        text: echo + (wishes.empty ? "" : content),
        index,
        logprobs:
          wishes.logprobs === null ? null : completionLogprobs(logprobs, echo.length, wishes, context),
        finish_reason: choice.finish,
      };
    },
    stream: {
      object: "text_completion",
      choice: (index, context) => streamedChoice(index, context, wishes),
    },
  };
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
  const echo = wishes.echo ? echoOf(context, Math.floor(index / wishes.n)) : "";
  let offset = echo.length;
  const withLogprobs = ({ text, logprobs }: AnswerPiece): string => {
    const shown = completionLogprobs(logprobs ?? [], offset, wishes, context);
    offset += lengthOf(shown);
    return JSON.stringify({ text, index, logprobs: shown, finish_reason: null });
  };
  return {
    opening: echo === "" ? null : `{"text":${JSON.stringify(echo)}${tail}`,
    pieces(piece) {
      if (wishes.empty) return [];
      if (wishes.logprobs !== null && piece.logprobs) return [withLogprobs(piece)];
      return piece.text === "" ? [] : [`{"text":${JSON.stringify(piece.text)}${tail}`];
    },
    closing: (finish) => `{"text":"","index":${index},"logprobs":null,"finish_reason":"${finish}"}`,
  };
}

function lengthOf({ tokens }: CompletionLogprobs): number {
  return tokens.reduce((sum, token) => sum + token.length, 0);
}
