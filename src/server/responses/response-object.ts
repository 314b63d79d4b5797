import { randomUUID } from "node:crypto";
import type { TokenUsage } from "../../engine/messages.js";
import type { AnswerContext, FinishReason } from "../answer.js";
import type { AnswerItem } from "../answer-items.js";
import { chatLogprobs } from "../chat-logprobs.js";
import type { ApiError } from "../errors.js";
import { newId, type Item } from "./items.js";
import type { ResponsesBody } from "./responses-schema.js";

type ItemStatus = "in_progress" | "completed" | "incomplete";

/** A response at any time of its life. */
export interface ResponseObject {
  id: string;
  status: "in_progress" | "completed" | "incomplete" | "failed";
  output: Item[];
  [field: string]: unknown;
}

/** What the request said, as each of its response objects repeats it. */
export function beginning(body: ResponsesBody, { modelName, created }: AnswerContext): ResponseObject {
  return {
    id: `resp_${randomUUID().replaceAll("-", "")}`,
    object: "response",
    created_at: created,
    status: "in_progress",
    completed_at: null,
    background: false,
    conversation: null,
    error: null,
    incomplete_details: null,
    instructions: body.instructions ?? null,
    max_output_tokens: body.max_output_tokens ?? null,
    max_tool_calls: null,
    model: modelName,
    output: [],
    parallel_tool_calls: body.parallel_tool_calls,
    previous_response_id: body.previous_response_id ?? null,
    prompt: null,
    prompt_cache_key: body.prompt_cache_key ?? null,
    prompt_cache_retention: null,
    reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
    safety_identifier: body.safety_identifier ?? null,
    service_tier: "default",
    store: body.store,
    temperature: body.temperature,
    text: { format: body.text?.format ?? { type: "text" }, verbosity: "medium" },
    tool_choice: body.tool_choice ?? "auto",
    tools: body.tools.map((tool) => ({ description: null, parameters: null, strict: false, ...tool })),
    top_logprobs: body.top_logprobs ?? 0,
    top_p: body.top_p,
    truncation: "disabled",
    usage: null,
    user: body.user ?? null,
    metadata: body.metadata ?? {},
  };
}

export function ended(
  response: ResponseObject,
  output: Item[],
  finish: FinishReason,
  usage: TokenUsage,
): ResponseObject {
  const isCut = finish === "length";
  return {
    ...response,
    status: isCut ? "incomplete" : "completed",
    completed_at: isCut ? null : Math.floor(Date.now() / 1000),
    incomplete_details: isCut ? { reason: "max_output_tokens" } : null,
    output,
    usage: usageOf(usage),
  };
}

/** Of the few codes that OpenAI's type has, those of statuses; a request that ran out of time has none of its own. */
const ERROR_CODES: Record<number, string> = { 400: "invalid_prompt", 429: "rate_limit_exceeded" };

export function failed(
  response: ResponseObject,
  output: Item[],
  { kind, message }: ApiError,
): ResponseObject {
  const code = ERROR_CODES[kind.status] ?? "server_error";
  return { ...response, status: "failed", error: { code, message }, output };
}

function usageOf({ promptTokens, cachedTokens, generatedTokens }: TokenUsage): object {
  return {
    input_tokens: promptTokens,
    input_tokens_details: { cached_tokens: cachedTokens, cache_write_tokens: 0 },
    output_tokens: generatedTokens,
    // The engine does not count them apart.
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: promptTokens + generatedTokens,
  };
}

const TYPES = { content: "message", reasoning: "reasoning", tool_call: "function_call" } as const;

/** Items of an answer as the API's, each with an id that stays. */
export class OutputItems {
  readonly #ids: string[] = [];

  constructor(private readonly context: AnswerContext) {}

  idOf(item: AnswerItem, index: number): string {
    return (this.#ids[index] ??= newId(TYPES[item.kind]));
  }

  /** As it is opened: without what is to come. */
  empty(item: AnswerItem, index: number): object {
    const id = this.idOf(item, index);
    const status: ItemStatus = "in_progress";
    switch (item.kind) {
      case "content":
        return { id, type: "message", status, role: "assistant", content: [] };
      case "reasoning":
        return { id, type: "reasoning", status, summary: [], content: [] };
      case "tool_call":
        return { id, type: "function_call", status, call_id: item.id, name: item.name, arguments: "" };
    }
  }

  whole(item: AnswerItem, index: number, status: ItemStatus): Item {
    const content = item.kind === "tool_call" ? { arguments: item.text } : { content: [this.part(item)] };
    return { ...this.empty(item, index), status, ...content } as Item;
  }

  /** The one part of a message's or a thought's content. */
  part(item: AnswerItem): object {
    if (item.kind === "reasoning") return { type: "reasoning_text", text: item.text };
    const logprobs = item.kind === "content" ? this.logprobs(item.logprobs) : [];
    return { type: "output_text", text: item.text, annotations: [], logprobs };
  }

  logprobs(tokens: Parameters<typeof chatLogprobs>[0]): object[] {
    return chatLogprobs(tokens, this.context).content;
  }
}
