import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT, tokenLimit, unsupported } from "./sampling-schema.js";

/** What a prompt may be, in the words of an error. */
export const PROMPT = "one text (without NUL or lone surrogates) or one array of token ids";

const promptText = Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" });
const tokenId = Type.Integer({ minimum: 0 });

/** What is no single prompt although each of its items is valid is refused in routes/completions.ts. */
const promptItems = Type.Array(
  Type.Union([tokenId, promptText], { description: "a token id (text is taken as the only item)" }),
  { minItems: 1 },
);

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
