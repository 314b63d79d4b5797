import { Type } from "typebox";
import { answerObject, count, readUsage } from "./answer-schemas.js";
import { MODEL_ERRORS, type RouteDocs } from "./route-docs.js";

const result = answerObject({
  index: count,
  relevance_score: Type.Number({ description: "the model's own: only the order means something" }),
  document: Type.Optional(answerObject({ text: Type.String() })),
});

const answer = answerObject(
  {
    id: Type.String(),
    object: Type.Literal("list"),
    model: Type.String({ description: "as the request named it" }),
    results: Type.Array(result, { description: "the best first" }),
    usage: readUsage,
  },
  "Ranking",
);

/** @param operationId Two URLs are the same. */
export function rerankDocs(operationId: string): RouteDocs {
  return {
    operationId,
    tag: "Vectors",
    summary: "Order documents by how well they answer a query",
    answers: { "application/json": answer },
    errors: ["context_length_exceeded", "invalid_prompt", ...MODEL_ERRORS],
    example: { query: "What is tacho?", documents: ["An inference server.", "A kind of cheese."] },
  };
}
