import type { ChatPrompt, Constraint } from "../engine/messages.js";
import type { ChatBody, ChatMessage, ChatTool, ToolChoice } from "./chat-schema.js";
import { checkedSchema } from "./constraints/json-schema.js";
import { ApiError } from "./errors.js";
import { thinkingOf } from "./thinking.js";
import { ToolArguments } from "./tool-arguments.js";

/** Of all tools together: they are in the prompt, and become a grammar. */
const TOOL_BYTES = 256 * 1024;

export type ChatParts = Pick<
  ChatBody,
  "messages" | "tools" | "tool_choice" | "parallel_tool_calls" | "reasoning_effort" | "chat_template_kwargs"
>;

/**
 * The prompt of validated messages and tools. What the template makes of roles and parts is the engine's affair:
 * llama.cpp knows what each one reads.
 * @throws ApiError
 */
export function chatPrompt(parts: ChatParts): ChatPrompt {
  const args = new ToolArguments();
  parts.messages.forEach((message, index) => checkMessage(message, `messages[${index}]`, args));
  const { tools, toolChoice } = chosenTools(parts.tools ?? [], parts.tool_choice ?? "auto");
  const { reasoning_effort: effort } = parts;
  return {
    kind: "chat",
    messages: JSON.stringify(parts.messages.map(plainMessage)),
    tools: toolsText(tools),
    toolChoice,
    parallelToolCalls: parts.parallel_tool_calls,
    thinking: thinkingOf(effort, parts.chat_template_kwargs?.enable_thinking),
    reasoningEffort: effort === undefined || effort === "none" ? "" : effort,
  };
}

/** What belongs to which role, and what no template could make sense of. */
function checkMessage(message: ChatMessage, param: string, args: ToolArguments): void {
  const { role, content, tool_calls: calls, tool_call_id: callId, reasoning_content: thoughts } = message;
  const hasCalls = calls !== undefined && calls.length > 0;
  if (content === undefined && !(role === "assistant" && hasCalls)) throw missing(`${param}.content`);
  if (hasCalls && role !== "assistant") throw misplaced(`${param}.tool_calls`, "assistant", role);
  calls?.forEach((call, at) =>
    args.check(call.function.arguments, `${param}.tool_calls[${at}].function.arguments`),
  );
  if (thoughts !== undefined && role !== "assistant")
    throw misplaced(`${param}.reasoning_content`, "assistant", role);
  if (role === "tool" && callId === undefined) throw missing(`${param}.tool_call_id`);
  if (role !== "tool" && callId !== undefined) throw misplaced(`${param}.tool_call_id`, "tool", role);
}

function missing(param: string): ApiError {
  return new ApiError("missing_parameter", { what: `'${param}'` }, param);
}

function misplaced(param: string, role: string, received: string): ApiError {
  const details = {
    what: `'${param}'`,
    expected: `given only with the role '${role}'`,
    received: `it with '${received}'`,
  };
  return new ApiError("invalid_value", details, param);
}

function plainMessage({
  role,
  content = "",
  tool_calls: calls,
  tool_call_id,
  reasoning_content,
}: ChatMessage): object {
  return {
    role,
    content,
    ...(calls !== undefined && calls.length > 0 ? { tool_calls: calls } : {}),
    ...(tool_call_id === undefined ? {} : { tool_call_id }),
    ...(reasoning_content === undefined ? {} : { reasoning_content }),
  };
}

/** A named function is that tool alone, required. */
function chosenTools(
  tools: ChatTool[],
  choice: ToolChoice,
): { tools: ChatTool[]; toolChoice: ChatPrompt["toolChoice"] } {
  checkTools(tools);
  if (typeof choice === "string") {
    if (choice === "required" && tools.length === 0) throw missing("tools");
    return { tools, toolChoice: choice };
  }
  if (choice.type === "function")
    return {
      tools: named(tools, [choice.function.name], "tool_choice.function.name"),
      toolChoice: "required",
    };
  const { mode, tools: allowed } = choice.allowed_tools;
  const names = allowed.map((one) => one.function.name);
  return { tools: named(tools, names, "tool_choice.allowed_tools.tools"), toolChoice: mode };
}

function named(tools: ChatTool[], names: string[], param: string): ChatTool[] {
  const unknown = names.find((name) => !tools.some((tool) => tool.function.name === name));
  if (unknown === undefined) return tools.filter((tool) => names.includes(tool.function.name));
  const expected = "the name of one of the request's tools";
  throw new ApiError("invalid_value", { what: `'${param}'`, expected, received: `'${unknown}'` }, param);
}

function checkTools(tools: ChatTool[]): void {
  const names = new Set<string>();
  tools.forEach(({ function: { name, parameters, strict = false } }, index) => {
    const param = `tools[${index}].function`;
    if (names.has(name)) {
      const details = { what: `'${param}.name'`, expected: "a name of its own", received: `'${name}' twice` };
      throw new ApiError("invalid_value", details, `${param}.name`);
    }
    names.add(name);
    if (parameters) checkedSchema(parameters, `${param}.parameters`, strict);
  });
}

function toolsText(tools: ChatTool[]): string {
  if (tools.length === 0) return "";
  const text = JSON.stringify(tools);
  if (text.length <= TOOL_BYTES) return text;
  const details = {
    what: "'tools'",
    expected: `at most ${TOOL_BYTES} bytes of JSON`,
    received: `${text.length}`,
  };
  throw new ApiError("invalid_value", details, "tools");
}

/** Calls of tools have a form of their own. @throws ApiError */
export function checkUnconstrained({ tools, toolChoice }: ChatPrompt, constraint: Constraint | null): void {
  if (!constraint || tools === "" || toolChoice === "none") return;
  const what = "'tools' and a grammar, schema or format of the answer";
  throw new ApiError("conflicting_parameters", { what }, "tools");
}
