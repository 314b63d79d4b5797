import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT } from "./sampling-schema.js";

const DOCUMENT_LIMIT = 2048;

const text = Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" });

const document = Type.Union([text, Type.Object({ text }, { additionalProperties: false })], {
  description: "a text (without NUL or lone surrogates), or an object with one as 'text'",
});

/** Body of POST /v1/rerank, as Jina and Cohere have it. */
export const rerankSchema = Type.Object(
  {
    model: generationFields.model,
    query: text,
    documents: Type.Array(document, {
      minItems: 1,
      maxItems: DOCUMENT_LIMIT,
      description: `an array of 1 to ${DOCUMENT_LIMIT} documents`,
    }),
    top_n: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: "an integer of at least 1" }),
    ),
    return_documents: Type.Boolean({ default: false, description: "true or false" }),
    priority: generationFields.priority,
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type RerankBody = Static<typeof rerankSchema>;
