import { Type, type Static } from "typebox";
import { chatFields } from "./chat-schema.js";
import { generationFields, PLAIN_TEXT } from "./sampling-schema.js";

const TOKEN_LIMIT = 2 ** 20;

/** Tokenising takes time that grows with the square of some texts' lengths. */
const TEXT_LIMIT = 2 ** 20;

const text = Type.Optional(
  Type.String({
    maxLength: TEXT_LIMIT,
    pattern: PLAIN_TEXT,
    description: `a text of up to ${TEXT_LIMIT} characters without NUL or lone surrogates`,
  }),
);
const flag = (fallback: boolean) => Type.Boolean({ default: fallback, description: "true or false" });
const optionalFlag = Type.Optional(Type.Boolean({ description: "true or false" }));

/** Fields that a chat template can read beside the messages. */
export const { messages, ...templateFields } = chatFields;

/** Body of POST /tokenize: `content` is llama-server's name of the text, `prompt` vLLM's, each with its own flags. */
export const tokenizeSchema = Type.Object(
  {
    model: generationFields.model,
    content: text,
    prompt: text,
    messages: Type.Optional(messages),
    ...templateFields,
    add_special: optionalFlag,
    add_special_tokens: optionalFlag,
    parse_special: flag(true),
    with_pieces: flag(false),
    return_token_strs: flag(false),
  },
  { additionalProperties: false, description: "a JSON object" },
);

/** Body of POST /detokenize. Ajv takes 0.1 µs or more an item: the route looks at them. */
export const detokenizeSchema = Type.Object(
  {
    model: generationFields.model,
    tokens: Type.Array(Type.Unknown(), {
      maxItems: TOKEN_LIMIT,
      description: `an array of at most ${TOKEN_LIMIT} token ids`,
    }),
  },
  { additionalProperties: false, description: "a JSON object" },
);

/** Body of POST /apply-template. */
export const templateSchema = Type.Object(
  { model: generationFields.model, ...chatFields },
  { additionalProperties: false, description: "a JSON object" },
);

export type TokenizeBody = Static<typeof tokenizeSchema>;
