import { chatContent, type ChatContent } from "../chat-content.js";
import type { ChatParts } from "../chat-prompt.js";
import type { ChatMessage, ChatTool } from "../chat-schema.js";
import { ApiError } from "../errors.js";
import { shown } from "../schema-errors.js";
import { ToolArguments } from "../tool-arguments.js";
import type { MessagesPrompt } from "./messages-schema.js";

type Message = MessagesPrompt["messages"][number];
type Block = Exclude<Message["content"], string>[number];
type TextBlock = Extract<Block, { type: "text" }>;
type ToolResult = Extract<Block, { type: "tool_result" }>;
type Turn = { role: Message["role"]; blocks: Block[] };

/** A conversation in Anthropic's terms as OpenAI's messages and tools. @throws ApiError */
export function chatPartsOf(body: MessagesPrompt): ChatParts {
  checkLast(body.messages);
  checkResults(body.messages);
  checkInputs(body.messages);
  return {
    messages: [...systemOf(body), ...turnsOf(body.messages).flatMap(messagesOf)],
    tools: (body.tools ?? []).map(toolOf),
    ...choiceOf(body.tool_choice),
    chat_template_kwargs: { enable_thinking: thinkingOf(body.thinking) },
    reasoning_effort: body.output_config?.effort,
  };
}

/** One without blocks is none: what a template says where there is no system then stands. */
function systemOf({ system = [] }: MessagesPrompt): ChatMessage[] {
  return system.length === 0 && typeof system !== "string"
    ? []
    : [{ role: "system", content: chatContent(system) }];
}

/** An answer would go on with the assistant's words; the chat templates begin a new one. */
function checkLast(messages: Message[]): void {
  if (messages.at(-1)!.role !== "assistant") return;
  const details = {
    what: "the last of 'messages'",
    expected: "the user's (prefill is not supported)",
    received: "the assistant's",
  };
  throw new ApiError("invalid_value", details, "messages");
}

/** A result answers a call that was made. */
function checkResults(messages: Message[]): void {
  const calls = new Set<string>();
  messages.forEach(({ content }, m) => {
    if (typeof content === "string") return;
    content.forEach((block, b) => {
      if (block.type === "tool_use") calls.add(block.id);
      if (block.type !== "tool_result" || calls.has(block.tool_use_id)) return;
      const param = `messages[${m}].content[${b}].tool_use_id`;
      const expected = "the id of a tool_use block before it";
      throw new ApiError(
        "invalid_value",
        { what: `'${param}'`, expected, received: shown(block.tool_use_id) },
        param,
      );
    });
  });
}

/** As arguments are checked, here where their place is known. */
function checkInputs(messages: Message[]): void {
  const inputs = new ToolArguments();
  messages.forEach(({ content }, m) => {
    if (typeof content === "string") return;
    content.forEach((block, b) => {
      if (block.type === "tool_use")
        inputs.check(JSON.stringify(block.input), `messages[${m}].content[${b}].input`);
    });
  });
}

/** Messages of one role that follow each other are one turn. */
function turnsOf(messages: Message[]): Turn[] {
  const turns: Turn[] = [];
  for (const { role, content } of messages) {
    const blocks = typeof content === "string" ? [{ type: "text", text: content } as const] : content;
    const last = turns.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else turns.push({ role, blocks: [...blocks] });
  }
  return turns;
}

function messagesOf({ role, blocks }: Turn): ChatMessage[] {
  if (role === "assistant") return [assistantMessage(blocks)];
  if (role === "system") return [{ role, content: chatContent(blocks as TextBlock[]) }];
  return userMessages(blocks);
}

/** Results of tools are messages of their own, and what is said between them too. */
function userMessages(blocks: Block[]): ChatMessage[] {
  const messages: ChatMessage[] = [];
  let texts: TextBlock[] = [];
  const flush = () => {
    if (texts.length > 0) messages.push({ role: "user", content: chatContent(texts) });
    texts = [];
  };
  for (const block of blocks) {
    if (block.type === "text") texts.push(block);
    else {
      flush();
      messages.push(toolMessage(block as ToolResult));
    }
  }
  flush();
  return messages;
}

/** OpenAI's tool messages know no failure: its word is said in the text. */
function toolMessage({ tool_use_id, content = "", is_error }: ToolResult): ChatMessage {
  const result = chatContent(content);
  return { role: "tool", tool_call_id: tool_use_id, content: is_error ? failed(result) : result };
}

function failed(content: ChatContent): ChatContent {
  if (typeof content === "string") return `Error: ${content}`;
  return [{ type: "text", text: "Error:" }, ...content];
}

/** Redacted thoughts can be read by those who wrote them only. */
function assistantMessage(blocks: Block[]): ChatMessage {
  const thoughts = blocks.flatMap((block) => (block.type === "thinking" ? [block.thinking] : []));
  const calls = blocks.flatMap((block) => (block.type === "tool_use" ? [callOf(block)] : []));
  const texts = blocks.filter((block) => block.type === "text");
  return {
    role: "assistant",
    content: chatContent(texts),
    ...(thoughts.length > 0 && { reasoning_content: thoughts.join("\n") }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
}

function callOf({
  id,
  name,
  input,
}: Extract<Block, { type: "tool_use" }>): NonNullable<ChatMessage["tool_calls"]>[number] {
  return { id, type: "function", function: { name, arguments: JSON.stringify(input) } };
}

function toolOf({
  name,
  description,
  input_schema,
  strict,
}: NonNullable<MessagesPrompt["tools"]>[number]): ChatTool {
  return { type: "function", function: { name, description, parameters: input_schema, strict } };
}

const CHOICES = { auto: "auto", any: "required", none: "none" } as const;

function choiceOf(choice: MessagesPrompt["tool_choice"] = { type: "auto" }) {
  const parallel_tool_calls = !("disable_parallel_tool_use" in choice && choice.disable_parallel_tool_use);
  if (choice.type !== "tool") return { tool_choice: CHOICES[choice.type], parallel_tool_calls };
  return { tool_choice: { type: "function", function: { name: choice.name } } as const, parallel_tool_calls };
}

/** Who leaves it to the model leaves it to its template. */
function thinkingOf(thinking: MessagesPrompt["thinking"] = { type: "adaptive" }): boolean | undefined {
  return thinking.type === "adaptive" ? undefined : thinking.type === "enabled";
}
