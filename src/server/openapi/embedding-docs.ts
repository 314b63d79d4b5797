import { Type } from "typebox";
import { answerObject, count, readUsage } from "./answer-schemas.js";
import { MODEL_ERRORS, type RouteDocs } from "./route-docs.js";

const vector = Type.Union([
  Type.Array(Type.Number(), { description: "of length 1" }),
  Type.String({ description: "base64 of little-endian 32-bit floats" }),
]);

const answer = answerObject(
  {
    object: Type.Literal("list"),
    data: Type.Array(answerObject({ object: Type.Literal("embedding"), index: count, embedding: vector })),
    model: Type.String({ description: "as the request named it" }),
    usage: readUsage,
  },
  "Embeddings",
);

export const embeddingDocs: RouteDocs = {
  operationId: "createEmbedding",
  tag: "Vectors",
  summary: "Make vectors of texts",
  answers: { "application/json": answer },
  errors: ["context_length_exceeded", "invalid_prompt", ...MODEL_ERRORS],
  example: { input: ["What is tacho?"] },
};
