import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT, tokenLimit } from "./sampling-schema.js";

/** More than a body has room for, were they ids of more than six digits. */
const TOKEN_LIMIT = 2 ** 20;

/** Each is a request of the engine's. */
export const PROMPT_LIMIT = 128;

/** What a prompt and its items may be, in the words of an error. */
export const PROMPT =
  `a text (without NUL or lone surrogates), an array of 1 to ${TOKEN_LIMIT} token ids, ` +
  `or an array of 1 to ${PROMPT_LIMIT} of either`;
export const TOKEN_ID = "a token id (texts and token ids are not taken together)";

const promptText = Type.String({ pattern: PLAIN_TEXT });

/** Ajv takes 0.1 µs or more an item, and collects its errors; completion-prompts.ts looks at them instead. */
const promptItems = Type.Array(Type.Unknown(), { minItems: 1, maxItems: TOKEN_LIMIT });

const choices = (maximum: number) =>
  Type.Integer({ minimum: 1, maximum, description: `an integer from 1 to ${maximum}` });

/** Body of POST /v1/completions. */
export const completionSchema = Type.Object(
  {
    ...generationFields,
    prompt: Type.Union([promptText, promptItems], { description: PROMPT }),
    /** OpenAI's default. With `echo` it may be 0. */
    max_tokens: Type.Integer({ ...tokenLimit, minimum: 0, default: 16 }),
    n: Type.Integer({ ...choices(128), default: 1 }),
    best_of: Type.Optional(choices(20)),
    echo: Type.Boolean({ default: false, description: "true or false" }),
    logprobs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, description: "an integer from 0 to 20" }),
    ),
    suffix: Type.Optional(
      Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" }),
    ),
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type CompletionBody = Static<typeof completionSchema>;
