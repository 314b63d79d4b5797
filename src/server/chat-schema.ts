import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT, tokenLimit, unsupported } from "./sampling-schema.js";

const text = Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" });

const textType = Type.Literal("text", { description: "'text', the only kind of part supported yet" });

const part = Type.Object(
  { type: textType, text },
  {
    additionalProperties: false,
    // Checked before unknown fields, so that an image is refused for being one and not for its fields.
    allOf: [{ required: ["type"], properties: { type: textType } }],
  },
);

const message = Type.Object(
  {
    role: Type.Union(
      [Type.Literal("system"), Type.Literal("developer"), Type.Literal("user"), Type.Literal("assistant")],
      { description: "'system', 'developer', 'user' or 'assistant'" },
    ),
    content: Type.Union([text, Type.Array(part, { minItems: 1, maxItems: 4096 })], {
      description: "a string (without NUL or lone surrogates) or an array of text parts",
    }),
    // What a client gets back in an answer and sends again with the next question.
    ...unsupported({
      name: [],
      refusal: [],
      audio: [],
      annotations: [[]],
      tool_calls: [[]],
      function_call: [],
      reasoning_content: [],
    }),
  },
  { additionalProperties: false },
);

/** Body of POST /v1/chat/completions. */
export const chatSchema = Type.Object(
  {
    ...generationFields,
    messages: Type.Array(message, {
      minItems: 1,
      maxItems: 4096,
      description: "an array of 1 to 4096 messages",
    }),
    max_tokens: Type.Optional(tokenLimit),
    max_completion_tokens: Type.Optional(tokenLimit),
    ...unsupported({
      n: [1],
      logprobs: [false],
      top_logprobs: [],
      tools: [[]],
      tool_choice: ["none"],
      parallel_tool_calls: [true],
      functions: [[]],
      function_call: ["none"],
      response_format: [{ type: "text" }],
      reasoning_effort: [],
      verbosity: [],
      modalities: [["text"]],
      audio: [],
      prediction: [],
      web_search_options: [],
      store: [false],
      metadata: [{}],
      service_tier: ["auto", "default"],
      user: [],
    }),
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type ChatBody = Static<typeof chatSchema>;
