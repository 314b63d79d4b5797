import { Type } from "typebox";
import { answerObject, count } from "./answer-schemas.js";
import { MODEL_ERRORS, TEMPLATE_ERRORS, type RouteDocs } from "./route-docs.js";

const piece = Type.Union([
  Type.String(),
  Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), {
    description: "bytes that are part of a character",
  }),
]);

const tokens = answerObject(
  {
    tokens: Type.Array(Type.Union([count, answerObject({ id: count, piece })])),
    count,
    max_model_len: count,
    token_strs: Type.Optional(Type.Array(Type.String())),
  },
  "Tokens",
);

export const tokenizeDocs: RouteDocs = {
  operationId: "tokenize",
  tag: "Tokens",
  summary: "The tokens of a text or a conversation",
  answers: { "application/json": tokens },
  errors: [...TEMPLATE_ERRORS, ...MODEL_ERRORS],
  example: { content: "What is tacho?", with_pieces: true },
};

export const detokenizeDocs: RouteDocs = {
  operationId: "detokenize",
  tag: "Tokens",
  summary: "The text of tokens",
  answers: { "application/json": answerObject({ content: Type.String() }) },
  errors: MODEL_ERRORS,
  example: { tokens: [1, 2, 3] },
};

export const templateDocs: RouteDocs = {
  operationId: "applyTemplate",
  tag: "Tokens",
  summary: "A conversation as the model's template writes it",
  answers: { "application/json": answerObject({ prompt: Type.String() }) },
  errors: [...TEMPLATE_ERRORS, ...MODEL_ERRORS],
  example: { messages: [{ role: "user", content: "What is tacho?" }] },
};
