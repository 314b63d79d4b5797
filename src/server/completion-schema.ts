import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT, tokenLimit, unsupported } from "./sampling-schema.js";

/** More than a body has room for, were they ids of more than six digits. */
const TOKEN_LIMIT = 2 ** 20;

/** What a prompt and its items may be, in the words of an error. */
export const PROMPT = `one text (without NUL or lone surrogates) or one array of 1 to ${TOKEN_LIMIT} token ids`;
export const TOKEN_ID = "a token id (text is taken as the only item)";

const promptText = Type.String({ pattern: PLAIN_TEXT });

/** Ajv takes 0.1 µs or more an item, and collects its errors; completion-prompt.ts looks at them instead. */
const promptItems = Type.Array(Type.Unknown(), { minItems: 1, maxItems: TOKEN_LIMIT });

/** Body of POST /v1/completions. */
export const completionSchema = Type.Object(
  {
    ...generationFields,
    prompt: Type.Union([promptText, promptItems], { description: PROMPT }),
    /** OpenAI's default. */
    max_tokens: Type.Integer({ ...tokenLimit, default: 16 }),
    ...unsupported({
      n: [1],
      best_of: [1],
      echo: [false],
      logprobs: [],
      suffix: [],
      user: [],
    }),
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type CompletionBody = Static<typeof completionSchema>;
