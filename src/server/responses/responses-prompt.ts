import { chatContent } from "../chat-content.js";
import type { ChatParts } from "../chat-prompt.js";
import type { ChatMessage, ChatTool, ToolChoice } from "../chat-schema.js";
import { ApiError } from "../errors.js";
import { shown } from "../schema-errors.js";
import { ToolArguments } from "../tool-arguments.js";
import type { Item } from "./items.js";
import type { ResponsesBody, ResponsesTool } from "./responses-schema.js";

/** The field that items of an earlier response came by. */
const EARLIER = "previous_response_id";

/**
 * A conversation of items as OpenAI's older messages and tools.
 * @param earlier What the response that this one follows was made of.
 * @throws ApiError
 */
export function chatPartsOf(
  body: ResponsesBody,
  earlier: readonly Item[],
  input: readonly Item[],
): ChatParts {
  const { instructions, tools, tool_choice, parallel_tool_calls, reasoning } = body;
  const conversation = new Conversation(instructions);
  for (const item of earlier) conversation.add(item, null);
  input.forEach((item, index) => conversation.add(item, `input[${index}]`));
  return {
    messages: conversation.messages,
    tools: tools.map(toolOf),
    tool_choice: choiceOf(tool_choice),
    parallel_tool_calls,
    reasoning_effort: reasoning?.effort,
  };
}

/** Thoughts, words and calls that follow each other are one message of the assistant's. */
class Conversation {
  readonly messages: ChatMessage[] = [];
  readonly #calls = new Set<string>();
  readonly #arguments = new ToolArguments();
  #turn: ChatMessage | null = null;

  constructor(instructions: string | undefined) {
    if (instructions !== undefined) this.messages.push({ role: "system", content: instructions });
  }

  /** @param path Null for one of an earlier response. */
  add(item: Item, path: string | null): void {
    switch (item.type) {
      case "reasoning":
        this.#think(item);
        break;
      case "function_call":
        this.#call(item, path);
        break;
      case "function_call_output":
        this.#result(item, path ?? EARLIER);
        break;
      case "message":
        this.#say(item);
    }
  }

  #think({ content, summary }: Extract<Item, { type: "reasoning" }>): void {
    const turn = this.#turnWithout("tool_calls", "content");
    const thoughts = (content?.length ? content : summary).map(({ text }) => text);
    if (turn.reasoning_content !== undefined) thoughts.unshift(turn.reasoning_content);
    turn.reasoning_content = thoughts.join("\n");
  }

  #say({ role, content }: Extract<Item, { type: "message" }>): void {
    if (role === "assistant") this.#turnWithout("tool_calls", "content").content = chatContent(content);
    else this.#other({ role, content: chatContent(content) });
  }

  #call(
    { call_id, name, arguments: text }: Extract<Item, { type: "function_call" }>,
    path: string | null,
  ): void {
    // Here, where their place in the input is known.
    this.#arguments.check(text, path === null ? EARLIER : `${path}.arguments`);
    const turn = this.#turnWithout();
    (turn.tool_calls ??= []).push({ id: call_id, type: "function", function: { name, arguments: text } });
    this.#calls.add(call_id);
  }

  #result({ call_id, output }: Extract<Item, { type: "function_call_output" }>, path: string): void {
    if (!this.#calls.has(call_id)) throw unknownCall(call_id, `${path}.call_id`);
    this.#other({ role: "tool", tool_call_id: call_id, content: chatContent(output) });
  }

  #other(message: ChatMessage): void {
    this.#turn = null;
    this.messages.push(message);
  }

  /** The assistant's message that goes on, or a new one when it has one of these already. */
  #turnWithout(...members: ("tool_calls" | "content")[]): ChatMessage {
    if (this.#turn && members.every((member) => !this.#turn![member]?.length)) return this.#turn;
    const turn: ChatMessage = { role: "assistant", content: "" };
    this.messages.push(turn);
    return (this.#turn = turn);
  }
}

function unknownCall(id: string, param: string): ApiError {
  const details = { what: `'${param}'`, expected: "that of a function_call before it", received: shown(id) };
  return new ApiError("invalid_value", details, param);
}

function toolOf({ name, description, parameters, strict }: ResponsesTool): ChatTool {
  return { type: "function", function: { name, description, parameters, strict } };
}

function choiceOf(choice: ResponsesBody["tool_choice"] = "auto"): ToolChoice {
  return typeof choice === "string" ? choice : { type: "function", function: { name: choice.name } };
}
