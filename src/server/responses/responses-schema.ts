import { Type, type Static, type TProperties, type TSchema } from "typebox";
import { generationFields, PLAIN_TEXT, tokenLimit, unsupported } from "../sampling-schema.js";
import { variants } from "../variants.js";

const text = Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" });

function characters(maxLength: number, minLength = 0) {
  const description = `${minLength} to ${maxLength} characters without NUL or lone surrogates`;
  return Type.String({ minLength, maxLength, pattern: PLAIN_TEXT, description });
}

function object<Fields extends TProperties>(fields: Fields) {
  return Type.Object(fields, { additionalProperties: false, description: "an object" });
}

const jsonObject = Type.Unsafe<Record<string, unknown>>({ type: "object", description: "an object" });
const flag = (fallback: boolean) => Type.Boolean({ default: fallback, description: "true or false" });
const name = Type.String({
  pattern: "^[a-zA-Z0-9_-]{1,128}$",
  description: "1 to 128 letters, digits, '_' or '-'",
});
const id = characters(256, 1);

/** Items carry these when they come back from an answer; they say nothing to the model. */
const itemFields = {
  id: Type.Optional(id),
  status: Type.Optional(
    Type.Enum(["in_progress", "completed", "incomplete"], {
      description: "'in_progress', 'completed' or 'incomplete'",
    }),
  ),
};

const inputText = object({
  type: Type.Literal("input_text"),
  text,
  ...unsupported({ prompt_cache_breakpoint: [{ mode: "explicit" }] }),
});

const outputText = object({
  type: Type.Literal("output_text"),
  text,
  annotations: Type.Optional(Type.Array(jsonObject, { maxItems: 0, description: "an empty array" })),
  logprobs: Type.Optional(Type.Array(jsonObject, { description: "an array" })),
});

const PART_LIMIT = 4096;

function contentOf<Part extends TSchema>(part: Part) {
  return Type.Union([text, Type.Array(part, { maxItems: PART_LIMIT })], {
    description: "a string (without NUL or lone surrogates) or an array of text parts",
  });
}

const item = variants(
  "type",
  {
    message: object({
      type: Type.Optional(Type.Literal("message")),
      role: Type.Enum(["user", "assistant", "system", "developer"], {
        description: "'user', 'assistant', 'system' or 'developer'",
      }),
      content: contentOf(variants("type", { input_text: inputText, output_text: outputText })),
      ...itemFields,
      ...unsupported({ phase: ["final_answer"] }),
    }),
    function_call: object({
      type: Type.Literal("function_call"),
      call_id: id,
      name,
      arguments: text,
      ...itemFields,
      ...unsupported({ caller: [{ type: "direct" }], namespace: [] }),
    }),
    function_call_output: object({
      type: Type.Literal("function_call_output"),
      call_id: id,
      output: contentOf(variants("type", { input_text: inputText })),
      ...itemFields,
      ...unsupported({ caller: [{ type: "direct" }] }),
    }),
    reasoning: object({
      type: Type.Literal("reasoning"),
      summary: Type.Array(object({ type: Type.Literal("summary_text"), text }), {
        description: "an array of summaries",
      }),
      content: Type.Optional(
        Type.Array(object({ type: Type.Literal("reasoning_text"), text }), {
          description: "an array of reasoning texts",
        }),
      ),
      ...itemFields,
      ...unsupported({ encrypted_content: [] }),
    }),
  },
  "message",
);

const tool = variants("type", {
  function: object({
    type: Type.Literal("function"),
    name,
    description: Type.Optional(text),
    parameters: Type.Optional(jsonObject),
    strict: Type.Optional(Type.Boolean({ description: "true or false" })),
    ...unsupported({ allowed_callers: [["direct"]], defer_loading: [false], output_schema: [] }),
  }),
});

const toolChoice = Type.Union(
  [
    Type.Literal("none"),
    Type.Literal("auto"),
    Type.Literal("required"),
    variants("type", { function: object({ type: Type.Literal("function"), name }) }),
  ],
  { description: `'none', 'auto', 'required' or {"type": "function", "name"}` },
);

const format = variants("type", {
  text: object({ type: Type.Literal("text") }),
  json_object: object({ type: Type.Literal("json_object") }),
  json_schema: object({
    type: Type.Literal("json_schema"),
    name,
    schema: jsonObject,
    description: Type.Optional(text),
    strict: Type.Optional(Type.Boolean({ description: "true or false" })),
  }),
});

const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"] as const;

const reasoning = object({
  effort: Type.Optional(
    Type.Enum([...EFFORTS], { description: "'none', 'minimal', 'low', 'medium', 'high', 'xhigh' or 'max'" }),
  ),
  ...unsupported({
    // Whichever there is: none is made here.
    summary: ["auto"],
    generate_summary: ["auto"],
    context: ["auto"],
    mode: ["standard"],
  }),
});

/** Body of POST /v1/responses. */
export const responsesSchema = Type.Object(
  {
    ...generationFields,
    input: Type.Union([text, Type.Array(item, { minItems: 1, maxItems: 4096 })], {
      description: "a string (without NUL or lone surrogates) or an array of 1 to 4096 items",
    }),
    instructions: Type.Optional(text),
    previous_response_id: Type.Optional(id),
    store: flag(true),
    max_output_tokens: Type.Optional(tokenLimit),
    tools: Type.Array(tool, { default: [], maxItems: 1024, description: "an array of at most 1024 tools" }),
    tool_choice: Type.Optional(toolChoice),
    parallel_tool_calls: flag(true),
    text: Type.Optional(object({ format: Type.Optional(format), ...unsupported({ verbosity: ["medium"] }) })),
    reasoning: Type.Optional(reasoning),
    include: Type.Array(
      Type.Literal("message.output_text.logprobs", { description: "'message.output_text.logprobs'" }),
      { default: [], maxItems: 16, description: "an array that may hold 'message.output_text.logprobs'" },
    ),
    top_logprobs: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 20, description: "an integer from 0 to 20" }),
    ),
    prompt_cache_key: Type.Optional(characters(512)),
    stream_options: Type.Optional(object(unsupported({ include_obfuscation: [false] }))),
    ...unsupported({
      background: [false],
      truncation: ["disabled"],
      service_tier: ["auto", "default"],
      conversation: [],
      prompt: [],
      context_management: [[]],
      max_tool_calls: [],
      moderation: [],
      prompt_cache_options: [],
      prompt_cache_retention: ["in_memory"],
    }),
  },
  { additionalProperties: false, description: "a JSON object" },
);

/** Query of GET /v1/responses/{id}: only what ended is kept, so there is nothing to stream. */
export const retrievalSchema = Type.Object(
  unsupported({ stream: ["false"], include_obfuscation: ["false"] }),
  {
    additionalProperties: false,
  },
);

/** Query of GET /v1/responses/{id}/input_items. */
export const inputItemsSchema = Type.Object(
  {
    limit: Type.String({
      default: "20",
      pattern: "^([1-9]|[1-9][0-9]|100)$",
      description: "an integer from 1 to 100",
    }),
    order: Type.Enum(["asc", "desc"], { default: "desc", description: "'asc' or 'desc'" }),
    after: Type.Optional(Type.String({ maxLength: 256, description: "the id of an item" })),
  },
  { additionalProperties: false },
);

export type ResponsesBody = Static<typeof responsesSchema>;
/** As a client sends it. */
export type InputItem = Exclude<ResponsesBody["input"], string>[number];
export type ResponsesTool = ResponsesBody["tools"][number];
