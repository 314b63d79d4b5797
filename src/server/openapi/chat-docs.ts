import { Type } from "typebox";
import {
  answerHead,
  answerObject,
  count,
  errorSchema,
  orNull,
  streamUsage,
  timingsSchema,
  usageSchema,
} from "./answer-schemas.js";
import { GENERATION_ERRORS, type RouteDocs } from "./route-docs.js";

const finish = Type.Enum(["stop", "length", "tool_calls"]);

const token = {
  token: Type.String(),
  logprob: Type.Number({ description: "at temperature 1, before penalties; -9999 for impossible" }),
  bytes: Type.Array(Type.Integer({ minimum: 0, maximum: 255 })),
};

const logprobs = answerObject(
  {
    content: Type.Array(answerObject({ ...token, top_logprobs: Type.Array(answerObject(token)) })),
    refusal: Type.Null(),
  },
  "ChatLogprobs",
);

const calledFunction = { name: Type.String(), arguments: Type.String({ description: "JSON" }) };

const toolCall = answerObject(
  { id: Type.String(), type: Type.Literal("function"), function: answerObject(calledFunction) },
  "ToolCall",
);

/** `id`, `type` and the name come once, with a call's first part; the arguments of all parts make one text. */
const toolCallPart = answerObject(
  {
    index: count,
    id: Type.Optional(Type.String()),
    type: Type.Optional(Type.Literal("function")),
    function: answerObject({ ...calledFunction, name: Type.Optional(Type.String()) }),
  },
  "ToolCallPart",
);

const thoughts = Type.Optional(Type.String({ description: "what the model thought first" }));

const answer = answerObject(
  {
    ...answerHead,
    object: Type.Literal("chat.completion"),
    choices: Type.Array(
      answerObject({
        index: count,
        message: answerObject({
          role: Type.Literal("assistant"),
          content: orNull(Type.String()),
          refusal: Type.Null(),
          reasoning_content: thoughts,
          tool_calls: Type.Optional(Type.Array(toolCall)),
        }),
        logprobs: orNull(logprobs),
        finish_reason: finish,
      }),
    ),
    usage: usageSchema,
    timings: timingsSchema,
  },
  "ChatCompletion",
);

const chunk = answerObject(
  {
    ...answerHead,
    object: Type.Literal("chat.completion.chunk"),
    choices: Type.Array(
      answerObject({
        index: count,
        delta: answerObject({
          role: Type.Optional(Type.Literal("assistant")),
          content: Type.Optional(Type.String()),
          reasoning_content: thoughts,
          tool_calls: Type.Optional(Type.Array(toolCallPart)),
        }),
        logprobs: orNull(logprobs),
        finish_reason: orNull(finish),
      }),
    ),
    usage: streamUsage,
    timings: timingsSchema,
  },
  "ChatCompletionChunk",
);

export const chatDocs: RouteDocs = {
  operationId: "createChatCompletion",
  tag: "Generation",
  summary: "Answer a conversation",
  description: "The model's own template renders the messages. A stream ends with `data: [DONE]`.",
  answers: { "application/json": answer, "text/event-stream": Type.Union([chunk, errorSchema]) },
  errors: [...GENERATION_ERRORS, "template_failed", "thinking_not_supported"],
  example: { messages: [{ role: "user", content: "What is tacho?" }], temperature: 0, stream: true },
};
