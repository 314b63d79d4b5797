import { Type } from "typebox";
import { answerObject, count, orNull, timingsSchema } from "./answer-schemas.js";
import { GENERATION_ERRORS, type RouteDocs } from "./route-docs.js";

/** Its many other members are OpenAI's, most of them as the request had them. */
const response = Type.Object(
  {
    id: Type.String(),
    object: Type.Literal("response"),
    created_at: Type.Integer({ description: "Unix time in seconds" }),
    status: Type.Enum(["in_progress", "completed", "incomplete", "failed"]),
    model: Type.String({ description: "as the request named it" }),
    output: Type.Array(
      Type.Object({ id: Type.String(), type: Type.Enum(["message", "reasoning", "function_call"]) }),
    ),
    error: orNull(answerObject({ code: Type.String(), message: Type.String() })),
    incomplete_details: orNull(answerObject({ reason: Type.Literal("max_output_tokens") })),
    usage: orNull(Type.Object({ input_tokens: count, output_tokens: count, total_tokens: count })),
    timings: timingsSchema,
  },
  { title: "Response" },
);

const event = Type.Object(
  {
    type: Type.String({ pattern: "^response\\.", description: "also the event's name" }),
    sequence_number: count,
    response: Type.Optional(response),
  },
  { title: "ResponseEvent" },
);

const items = answerObject(
  {
    object: Type.Literal("list"),
    data: Type.Array(Type.Object({ id: Type.String(), type: Type.String() })),
    first_id: orNull(Type.String()),
    last_id: orNull(Type.String()),
    has_more: Type.Boolean(),
  },
  "ResponseItems",
);

export const responsesDocs: RouteDocs = {
  operationId: "createResponse",
  tag: "Generation",
  summary: "Answer a conversation that the server can keep",
  description:
    "A stream ends with the event `response.completed`, `response.incomplete` or `response.failed`.",
  answers: { "application/json": response, "text/event-stream": event },
  errors: [...GENERATION_ERRORS, "previous_response_not_found", "template_failed", "thinking_not_supported"],
  example: { input: "What is tacho?", temperature: 0 },
};

const stored = {
  tag: "Generation",
  parameters: { id: "the response's id" },
  errors: ["response_not_found"],
} as const;

export const storedResponseDocs: RouteDocs = {
  ...stored,
  operationId: "retrieveResponse",
  summary: "A response that is kept",
  answers: { "application/json": response },
};

export const deletedResponseDocs: RouteDocs = {
  ...stored,
  operationId: "deleteResponse",
  summary: "Forget a response",
  answers: {
    "application/json": answerObject({
      id: Type.String(),
      object: Type.Literal("response"),
      deleted: Type.Literal(true),
    }),
  },
};

export const inputItemsDocs: RouteDocs = {
  ...stored,
  operationId: "listResponseInputItems",
  summary: "What a response was made of",
  answers: { "application/json": items },
};
