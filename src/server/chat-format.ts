import type { AnswerPart } from "../engine/messages.js";
import type { AnswerContext } from "./answer.js";
import type { AnswerPiece } from "./answer-piece.js";
import { chatLogprobs } from "./chat-logprobs.js";
import type { GatheredChoice } from "./gathered-choice.js";
import type { AnswerFormat, StreamedChoice } from "./openai-answer.js";

/** Chat completions, as in OpenAI's reference; thoughts are `reasoning_content`, as most clients know them. */
export const chatFormat: AnswerFormat = {
  idPrefix: "chatcmpl-",
  object: "chat.completion",
  choice: (index, choice, context) => ({
    index,
    message: messageOf(choice),
    logprobs: context.call.logprobs === null ? null : chatLogprobs(choice.logprobs, context),
    finish_reason: choice.finish,
  }),
  stream: {
    object: "chat.completion.chunk",
    choice: streamedChoice,
  },
};

function messageOf({ content, reasoning, toolCalls }: GatheredChoice): object {
  const isCall = toolCalls.length > 0;
  return {
    role: "assistant",
    content: isCall && content === "" ? null : content,
    refusal: null,
    ...(reasoning === "" ? {} : { reasoning_content: reasoning }),
    ...(isCall ? { tool_calls: toolCalls.map(callOf) } : {}),
  };
}

function callOf({ id, name, arguments: text }: GatheredChoice["toolCalls"][number]): object {
  return { id, type: "function", function: { name, arguments: text } };
}

function streamedChoice(index: number, context: AnswerContext): StreamedChoice {
  const wantsLogprobs = context.call.logprobs !== null;
  const head = `{"index":${index},"delta":`;
  const tail = ',"logprobs":null,"finish_reason":null}';
  const [beforeText, afterText] = [`${head}{"content":`, `}${tail}`];
  const withLogprobs = (delta: object, { logprobs }: AnswerPiece) =>
    JSON.stringify({ index, delta, logprobs: chatLogprobs(logprobs ?? [], context), finish_reason: null });
  return {
    opening: `${head}{"role":"assistant","content":""}${tail}`,
    pieces(piece) {
      const deltas = piece.parts?.map(deltaOf) ?? (piece.text === "" ? [] : [{ content: piece.text }]);
      if (wantsLogprobs && piece.logprobs) {
        // All of the step's logprobs go with its first delta.
        const [first = { content: "" }, ...others] = deltas;
        return [withLogprobs(first, piece), ...others.map((delta) => head + JSON.stringify(delta) + tail)];
      }
      if (!piece.parts) return piece.text === "" ? [] : [beforeText + JSON.stringify(piece.text) + afterText];
      return deltas.map((delta) => head + JSON.stringify(delta) + tail);
    },
    closing: (finish) => `${head}{},"logprobs":null,"finish_reason":"${finish}"}`,
  };
}

function deltaOf(part: AnswerPart): object {
  if (part.kind === "content") return { content: part.text };
  if (part.kind === "reasoning") return { reasoning_content: part.text };
  const { index, id, name, text } = part;
  const call =
    name === ""
      ? { function: { arguments: text } }
      : { id, type: "function", function: { name, arguments: text } };
  return { tool_calls: [{ index, ...call }] };
}
