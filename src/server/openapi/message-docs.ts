import { Type } from "typebox";
import { ERRORS } from "../errors.js";
import { answerObject, count, orNull, timingsSchema } from "./answer-schemas.js";
import { GENERATION_ERRORS, MODEL_ERRORS, TEMPLATE_ERRORS, type RouteDocs } from "./route-docs.js";

const failure = answerObject({
  type: Type.String({ description: "Anthropic's coarse class" }),
  message: Type.String({ description: "what was expected and what came, for people" }),
  details: answerObject({
    error_code: Type.Enum(Object.keys(ERRORS), { description: "stable: programs may rely on it" }),
    param: orNull(Type.String(), "the field that is wrong"),
  }),
});

const errorBody = answerObject(
  { type: Type.Literal("error"), error: failure, request_id: orNull(Type.String()) },
  "MessagesError",
);

const usage = Type.Object({
  input_tokens: Type.Integer({ minimum: 0, description: "those that were not in the KV cache" }),
  cache_read_input_tokens: count,
  output_tokens: count,
});

const stopReason = Type.Enum([
  "end_turn",
  "stop_sequence",
  "max_tokens",
  "model_context_window_exceeded",
  "tool_use",
]);

/** Its other members are Anthropic's, and null. */
const message = Type.Object(
  {
    id: Type.String(),
    type: Type.Literal("message"),
    role: Type.Literal("assistant"),
    model: Type.String({ description: "as the request named it" }),
    content: Type.Array(Type.Object({ type: Type.Enum(["text", "thinking", "tool_use"]) })),
    stop_reason: orNull(stopReason),
    stop_sequence: orNull(Type.String(), "the one that ended the answer"),
    usage,
    timings: timingsSchema,
  },
  { title: "Message" },
);

const EVENTS = [
  "message_start",
  "content_block_start",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "message_stop",
];

const event = Type.Object(
  {
    type: Type.Enum(EVENTS, { description: "also the event's name" }),
    message: Type.Optional(message),
    usage: Type.Optional(usage),
    timings: timingsSchema,
  },
  { title: "MessageEvent" },
);

export const messagesDocs: RouteDocs = {
  operationId: "createMessage",
  tag: "Generation",
  summary: "Answer a conversation, as Anthropic's API",
  description: "A stream ends with the event `message_stop` or `error`.",
  answers: { "application/json": message, "text/event-stream": Type.Union([event, errorBody]) },
  errors: [...GENERATION_ERRORS, "template_failed", "thinking_not_supported", "thread_unsupported_request"],
  errorBody,
  example: { max_tokens: 256, messages: [{ role: "user", content: "What is tacho?" }] },
};

export const countTokensDocs: RouteDocs = {
  operationId: "countMessageTokens",
  tag: "Tokens",
  summary: "How many tokens a conversation has",
  answers: { "application/json": answerObject({ input_tokens: count }) },
  errors: [...TEMPLATE_ERRORS, ...MODEL_ERRORS],
  errorBody,
  example: { messages: [{ role: "user", content: "What is tacho?" }] },
};
