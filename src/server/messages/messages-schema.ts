import { Type, type Static, type TProperties, type TSchema } from "typebox";
import { generationFields, PLAIN_TEXT, stopText, tokenLimit, unsupported } from "../sampling-schema.js";
import { variants } from "../variants.js";

const text = Type.String({ pattern: PLAIN_TEXT, description: "text without NUL or lone surrogates" });
const id = Type.String({
  minLength: 1,
  maxLength: 256,
  pattern: PLAIN_TEXT,
  description: "1 to 256 characters without NUL or lone surrogates",
});
const toolName = Type.String({
  pattern: "^[a-zA-Z0-9_-]{1,128}$",
  description: "1 to 128 letters, digits, '_' or '-'",
});
const yesOrNo = Type.Optional(Type.Boolean({ description: "true or false" }));
const jsonObject = Type.Unsafe<Record<string, unknown>>({ type: "object", description: "an object" });

function object<Fields extends TProperties>(fields: Fields) {
  return Type.Object(fields, { additionalProperties: false, description: "an object" });
}

/** Where a client wants a prefix to be cached: taken, since prefixes are cached in any case. */
const cached = {
  cache_control: Type.Optional(
    object({
      type: Type.Literal("ephemeral", { description: "'ephemeral'" }),
      ttl: Type.Optional(
        Type.Union([Type.Literal("5m"), Type.Literal("1h")], { description: "'5m' or '1h'" }),
      ),
    }),
  ),
};

const textBlock = object({
  type: Type.Literal("text"),
  text,
  ...cached,
  ...unsupported({ citations: [[]] }),
});

const BLOCK_LIMIT = 4096;
const STRING = "a string (without NUL or lone surrogates)";

/** Without a block there is nothing to answer; systems and results may be empty, as they are for Anthropic. */
function contentOf<Block extends TSchema>(block: Block, blocks: string, minItems: 0 | 1) {
  const description = `${STRING} or an array of ${minItems === 1 ? "one or more " : ""}${blocks}`;
  return Type.Union([text, Type.Array(block, { minItems, maxItems: BLOCK_LIMIT })], { description });
}

const textsOf = (minItems: 0 | 1) =>
  contentOf(variants("type", { text: textBlock }), "text blocks", minItems);
const texts = textsOf(0);

const userBlock = variants("type", {
  text: textBlock,
  tool_result: object({
    type: Type.Literal("tool_result"),
    tool_use_id: id,
    content: Type.Optional(texts),
    is_error: yesOrNo,
    ...cached,
    ...unsupported({ toolset_name: [] }),
  }),
});

const assistantBlock = variants("type", {
  text: textBlock,
  tool_use: object({
    type: Type.Literal("tool_use"),
    id,
    name: toolName,
    input: jsonObject,
    ...cached,
    ...unsupported({ caller: [{ type: "direct" }], toolset_name: [] }),
  }),
  thinking: object({ type: Type.Literal("thinking"), thinking: text, signature: Type.Optional(text) }),
  redacted_thinking: object({ type: Type.Literal("redacted_thinking"), data: text }),
});

const message = variants("role", {
  user: object({ role: Type.Literal("user"), content: contentOf(userBlock, "content blocks", 1) }),
  assistant: object({
    role: Type.Literal("assistant"),
    // What a stop sequence left nothing of comes back.
    content: contentOf(assistantBlock, "content blocks", 0),
  }),
  system: object({ role: Type.Literal("system"), content: textsOf(1) }),
});

const tool = variants(
  "type",
  {
    custom: object({
      type: Type.Optional(Type.Literal("custom")),
      name: toolName,
      description: Type.Optional(text),
      input_schema: jsonObject,
      // Arguments are streamed as they come in any case.
      eager_input_streaming: yesOrNo,
      strict: yesOrNo,
      ...cached,
      ...unsupported({ allowed_callers: [["direct"]], defer_loading: [false], input_examples: [[]] }),
    }),
  },
  "custom",
);

const parallel = { disable_parallel_tool_use: yesOrNo };

const toolChoice = variants("type", {
  auto: object({ type: Type.Literal("auto"), ...parallel }),
  any: object({ type: Type.Literal("any"), ...parallel }),
  tool: object({ type: Type.Literal("tool"), name: toolName, ...parallel }),
  none: object({ type: Type.Literal("none") }),
});

const display = unsupported({ display: ["summarized"] });

const thinking = variants("type", {
  enabled: object({
    type: Type.Literal("enabled"),
    budget_tokens: Type.Integer({
      minimum: 1024,
      description: "an integer of at least 1024",
    }),
    ...display,
  }),
  adaptive: object({ type: Type.Literal("adaptive"), ...display }),
  disabled: object({ type: Type.Literal("disabled") }),
});

const EFFORTS = ["low", "medium", "high", "xhigh", "max"] as const;

const outputConfig = object({
  effort: Type.Optional(
    Type.Enum([...EFFORTS], { description: "'low', 'medium', 'high', 'xhigh' or 'max'" }),
  ),
  format: Type.Optional(
    variants("type", { json_schema: object({ type: Type.Literal("json_schema"), schema: jsonObject }) }),
  ),
});

/** What makes the prompt; all that a count of its tokens needs. */
const promptFields = {
  model: generationFields.model,
  messages: Type.Array(message, {
    minItems: 1,
    maxItems: 4096,
    description: "an array of 1 to 4096 messages",
  }),
  system: Type.Optional(texts),
  tools: Type.Optional(Type.Array(tool, { maxItems: 1024, description: "an array of at most 1024 tools" })),
  tool_choice: Type.Optional(toolChoice),
  thinking: Type.Optional(thinking),
  output_config: Type.Optional(outputConfig),
  ...cached,
  ...unsupported({ context_management: [], mcp_servers: [[]], speed: ["standard"] }),
};

/** Body of POST /v1/messages/count_tokens. */
export const countTokensSchema = Type.Object(promptFields, {
  additionalProperties: false,
  description: "a JSON object",
});

/** Body of POST /v1/messages. */
export const messagesSchema = Type.Object(
  {
    ...generationFields,
    ...promptFields,
    max_tokens: tokenLimit,
    temperature: Type.Number({ minimum: 0, maximum: 1, default: 1, description: "a number from 0 to 1" }),
    stop_sequences: Type.Optional(
      Type.Array(stopText, { maxItems: 16, description: "an array of at most 16 strings" }),
    ),
    /** Refused in messages-call.ts, in the one way that Anthropic's clients go on without. */
    thread: Type.Optional(Type.Unknown()),
    metadata: Type.Optional(object({ user_id: Type.Optional(text) })),
    ...unsupported({
      stop: [],
      stream_options: [],
      user: [],
      safety_identifier: [],
      service_tier: ["auto", "standard_only"],
      container: [],
      diagnostics: [],
      inference_geo: [],
    }),
  },
  { additionalProperties: false, description: "a JSON object" },
);

export type MessagesPrompt = Static<typeof countTokensSchema>;
export type MessagesBody = Static<typeof messagesSchema>;
