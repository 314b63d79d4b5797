import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT } from "./sampling-schema.js";

/** As many as OpenAI takes. */
export const INPUT_LIMIT = 2048;
const TOKEN_LIMIT = 2 ** 20;

/** What an input may be, in the words of an error. */
export const INPUT = `a text (without NUL or lone surrogates), up to ${TOKEN_LIMIT} token ids, or an array of 1 to ${INPUT_LIMIT} of these`;

/** Ajv takes 0.1 µs or more an item, and collects its errors; embedding-input.ts looks at them instead. */
const items = Type.Array(Type.Unknown(), { minItems: 1, maxItems: TOKEN_LIMIT });

/** Body of POST /v1/embeddings. */
export const embeddingSchema = Type.Object(
  {
    model: generationFields.model,
    input: Type.Union([Type.String({ pattern: PLAIN_TEXT }), items], { description: INPUT }),
    encoding_format: Type.Union([Type.Literal("float"), Type.Literal("base64")], {
      default: "float",
      description: "'float' or 'base64'",
    }),
    dimensions: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 2 ** 20, description: `an integer from 1 to ${2 ** 20}` }),
    ),
    priority: generationFields.priority,
    // Names an end user for the operator; the vectors do not depend on it.
    user: Type.Optional(Type.String({ maxLength: 256, description: "at most 256 characters" })),
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type EmbeddingBody = Static<typeof embeddingSchema>;
