import { randomUUID } from "node:crypto";
import type { TokenUsage } from "../../engine/messages.js";
import type { AnswerContext, AnswerEnd, FinishReason } from "../answer.js";
import type { AnswerItem } from "../answer-items.js";
import { toldTimings, type Timings } from "../timings.js";

type StopReason = "end_turn" | "stop_sequence" | "max_tokens" | "model_context_window_exceeded" | "tool_use";

/** How a message ended; all null or 0 while it is being written. */
export interface MessageEnd {
  stop_reason: StopReason | null;
  /** The one that ended it. */
  stop_sequence: string | null;
  usage: object;
  /** Where it was asked for. */
  timings?: Timings;
}

export function messageObject({ modelName }: AnswerContext, content: object[], end: MessageEnd): object {
  return {
    id: `msg_${randomUUID().replaceAll("-", "")}`,
    type: "message",
    role: "assistant",
    model: modelName,
    content,
    stop_details: null,
    container: null,
    diagnostics: null,
    ...end,
  };
}

/** What is not known before a message ends: its tokens, those of the prompt included. */
export const UNFINISHED: MessageEnd = {
  stop_reason: null,
  stop_sequence: null,
  usage: usageOf({ promptTokens: 0, cachedTokens: 0, generatedTokens: 0 }),
};

export function endOf(context: AnswerContext, finish: FinishReason, end: AnswerEnd): MessageEnd {
  const stopSequence = end.stop === undefined ? null : (context.call.stop[end.stop] ?? null);
  return {
    stop_reason: stopReasonOf(context, finish, end, stopSequence),
    stop_sequence: stopSequence,
    usage: usageOf(end),
    ...toldTimings(context),
  };
}

function stopReasonOf(
  { call }: AnswerContext,
  finish: FinishReason,
  { generatedTokens }: AnswerEnd,
  stopSequence: string | null,
): StopReason {
  const isFull = finish === "length" && (call.maxTokens === null || generatedTokens < call.maxTokens);
  if (isFull) return "model_context_window_exceeded";
  return finish === "stop" && stopSequence !== null ? "stop_sequence" : STOP_REASONS[finish];
}

const STOP_REASONS = { stop: "end_turn", length: "max_tokens", tool_calls: "tool_use" } as const;

/** Anthropic counts cached tokens beside the others, not among them. */
function usageOf({ promptTokens, cachedTokens, generatedTokens }: TokenUsage): object {
  return {
    input_tokens: promptTokens - cachedTokens,
    cache_read_input_tokens: cachedTokens,
    cache_creation_input_tokens: 0,
    cache_creation: null,
    output_tokens: generatedTokens,
    output_tokens_details: null,
    server_tool_use: null,
    service_tier: "standard",
    inference_geo: null,
    speed: null,
  };
}

/** An item as a content block: with all its text, or as a stream opens it. */
export function blockOf(item: AnswerItem, isOpening = false): object {
  const text = isOpening ? "" : item.text;
  switch (item.kind) {
    case "content":
      return { type: "text", text, citations: null };
    case "reasoning":
      // Thoughts are not signed: this server takes back any.
      return { type: "thinking", thinking: text, signature: "" };
    case "tool_call":
      return {
        type: "tool_use",
        id: item.id,
        name: item.name,
        input: inputOf(text),
        caller: { type: "direct" },
      };
  }
}

/** Only a call that the token limit cut in two is no JSON. */
function inputOf(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}
