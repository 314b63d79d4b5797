import { Type, type Static } from "typebox";
import { generationFields, PLAIN_TEXT, tokenLimit, unsupported } from "./sampling-schema.js";

const text = Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" });

const textType = Type.Literal("text", { description: "'text', the only kind of part supported" });

const part = Type.Object(
  { type: textType, text },
  {
    additionalProperties: false,
    // Checked before unknown fields, so that an image is refused for being one and not for its fields.
    allOf: [{ required: ["type"], properties: { type: textType } }],
  },
);

/** As OpenAI has them. They become part of a grammar. */
const name = Type.String({
  pattern: "^[a-zA-Z0-9_-]{1,64}$",
  description: "1 to 64 letters, digits, underscores or hyphens",
});

const functionType = Type.Literal("function", { description: "'function', the only kind of tool supported" });

const toolCall = Type.Object(
  {
    id: Type.String({
      minLength: 1,
      maxLength: 256,
      pattern: PLAIN_TEXT,
      description: "1 to 256 characters",
    }),
    type: functionType,
    function: Type.Object({ name, arguments: text }, { additionalProperties: false }),
  },
  { additionalProperties: false },
);

/** What belongs to which role is checked in chat-prompt.ts. */
const message = Type.Object(
  {
    role: Type.Enum(["system", "developer", "user", "assistant", "tool"], {
      description: "'system', 'developer', 'user', 'assistant' or 'tool'",
    }),
    content: Type.Optional(
      Type.Union([text, Type.Array(part, { minItems: 1, maxItems: 4096 })], {
        description: "a string (without NUL or lone surrogates) or an array of text parts",
      }),
    ),
    tool_calls: Type.Optional(
      Type.Array(toolCall, { maxItems: 128, description: "an array of at most 128 function calls" }),
    ),
    tool_call_id: Type.Optional(
      Type.String({ minLength: 1, maxLength: 256, pattern: PLAIN_TEXT, description: "1 to 256 characters" }),
    ),
    reasoning_content: Type.Optional(text),
    // What a client gets back in an answer and sends again with the next question.
    ...unsupported({ name: [], refusal: [], audio: [], annotations: [[]], function_call: [] }),
  },
  { additionalProperties: false },
);

const tool = Type.Object(
  {
    type: functionType,
    function: Type.Object(
      {
        name,
        description: Type.Optional(text),
        parameters: Type.Optional(Type.Object({}, { description: "a JSON schema (an object)" })),
        /** Arguments fit the schema in any case. */
        strict: Type.Optional(Type.Boolean({ description: "true or false" })),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, allOf: [{ required: ["type"], properties: { type: functionType } }] },
);

const named = Type.Object(
  { type: functionType, function: Type.Object({ name }, { additionalProperties: false }) },
  { additionalProperties: false },
);

const toolChoice = Type.Union(
  [
    Type.Literal("auto"),
    Type.Literal("none"),
    Type.Literal("required"),
    named,
    Type.Object(
      {
        type: Type.Literal("allowed_tools"),
        allowed_tools: Type.Object(
          {
            mode: Type.Union([Type.Literal("auto"), Type.Literal("required")]),
            tools: Type.Array(named, { minItems: 1, maxItems: 128 }),
          },
          { additionalProperties: false },
        ),
      },
      { additionalProperties: false },
    ),
  ],
  { description: "'auto', 'none', 'required', a named function or allowed tools" },
);

export const responseFormat = Type.Union(
  [
    Type.Object({ type: Type.Literal("text") }, { additionalProperties: false }),
    Type.Object({ type: Type.Literal("json_object") }, { additionalProperties: false }),
    Type.Object(
      {
        type: Type.Literal("json_schema"),
        json_schema: Type.Object(
          {
            name,
            description: Type.Optional(text),
            schema: Type.Optional(Type.Object({}, { description: "a JSON schema (an object)" })),
            strict: Type.Optional(Type.Boolean({ description: "true or false" })),
          },
          { additionalProperties: false },
        ),
      },
      { additionalProperties: false },
    ),
  ],
  {
    description:
      "{type: 'text'}, {type: 'json_object'} or {type: 'json_schema', json_schema: {name, schema}}",
  },
);

/** What a prompt is made of, for every route that writes one from messages. */
export const chatFields = {
  messages: Type.Array(message, {
    minItems: 1,
    maxItems: 4096,
    description: "an array of 1 to 4096 messages",
  }),
  tools: Type.Optional(
    Type.Array(tool, { maxItems: 128, description: "an array of at most 128 function tools" }),
  ),
  tool_choice: Type.Optional(toolChoice),
  parallel_tool_calls: Type.Boolean({ default: true, description: "true or false" }),
  reasoning_effort: Type.Optional(
    Type.Enum(["none", "minimal", "low", "medium", "high", "xhigh", "max"], {
      description: "'none', 'minimal', 'low', 'medium', 'high', 'xhigh' or 'max'",
    }),
  ),
  chat_template_kwargs: Type.Optional(
    Type.Object(
      { enable_thinking: Type.Optional(Type.Boolean({ description: "true or false" })) },
      { additionalProperties: false, description: "an object with 'enable_thinking' at most" },
    ),
  ),
};

/** Body of POST /v1/chat/completions. */
export const chatSchema = Type.Object(
  {
    ...generationFields,
    ...chatFields,
    max_tokens: Type.Optional(tokenLimit),
    max_completion_tokens: Type.Optional(tokenLimit),
    n: Type.Integer({ minimum: 1, maximum: 128, default: 1, description: "an integer from 1 to 128" }),
    logprobs: Type.Boolean({ default: false, description: "true or false" }),
    top_logprobs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, description: "an integer from 0 to 20" }),
    ),
    response_format: Type.Optional(responseFormat),
    prediction: Type.Optional(
      Type.Object(
        {
          type: Type.Literal("content"),
          content: Type.Union([text, Type.Array(part, { minItems: 1, maxItems: 4096 })], {
            description: "a string or an array of text parts",
          }),
        },
        { additionalProperties: false },
      ),
    ),
    ...unsupported({
      functions: [[]],
      function_call: ["none"],
      verbosity: ["medium"],
      modalities: [["text"]],
      audio: [],
      web_search_options: [],
      store: [false],
      service_tier: ["auto", "default"],
    }),
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type ChatBody = Static<typeof chatSchema>;
export type ChatMessage = ChatBody["messages"][number];
export type ChatTool = NonNullable<ChatBody["tools"]>[number];
export type ToolChoice = NonNullable<ChatBody["tool_choice"]>;
export type ResponseFormat = NonNullable<ChatBody["response_format"]>;
