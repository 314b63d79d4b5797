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

const finish = Type.Enum(["stop", "length"]);

const logprobs = answerObject(
  {
    tokens: Type.Array(Type.String()),
    token_logprobs: Type.Array(Type.Number()),
    top_logprobs: orNull(Type.Array(Type.Record(Type.String(), Type.Number()))),
    text_offset: Type.Array(count, { description: "where each token begins in the text, in UTF-16 units" }),
  },
  "CompletionLogprobs",
);

const choice = { text: Type.String(), index: count, logprobs: orNull(logprobs) };
const head = { ...answerHead, object: Type.Literal("text_completion") };

const answer = answerObject(
  {
    ...head,
    choices: Type.Array(answerObject({ ...choice, finish_reason: finish })),
    usage: usageSchema,
    timings: timingsSchema,
  },
  "Completion",
);

const chunk = answerObject(
  {
    ...head,
    choices: Type.Array(answerObject({ ...choice, finish_reason: orNull(finish) })),
    usage: streamUsage,
    timings: timingsSchema,
  },
  "CompletionChunk",
);

export const completionDocs: RouteDocs = {
  operationId: "createCompletion",
  tag: "Generation",
  summary: "Continue a text",
  description: "A stream ends with `data: [DONE]`.",
  answers: { "application/json": answer, "text/event-stream": Type.Union([chunk, errorSchema]) },
  errors: [...GENERATION_ERRORS, "infill_not_supported"],
  example: { prompt: "Once upon a time", max_tokens: 32, temperature: 0 },
};
