import type { TokenUsage } from "../engine/messages.js";

export type FinishReason = "stop" | "length";

/** What every object of one answer repeats. */
export interface AnswerHead {
  id: string;
  /** Unix time in seconds. */
  created: number;
  model: string;
  system_fingerprint: string;
}

/** How one API words an answer. The `stream` parts are JSON texts, made once, so that a token costs one escape. */
export interface AnswerFormat {
  idPrefix: string;
  object: string;
  /** The one choice of an answer given whole. */
  choice(text: string, finish: FinishReason): object;
  stream: {
    object: string;
    /** The choice that opens a stream, or null when its first text does. */
    opening: string | null;
    /** A text's choice is `before`, the text as JSON, `after`. */
    before: string;
    after: string;
    closing(finish: FinishReason): string;
  };
}

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
}

export function usageOf({ promptTokens, cachedTokens, generatedTokens }: TokenUsage): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: generatedTokens,
    total_tokens: promptTokens + generatedTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens },
  };
}

/** One client's answer on its way out. After `finish` or `fail` it takes nothing more. */
export interface Answer {
  text(text: string): void;
  /** Writes what has gathered, if this answer is written as it comes. */
  flush(): void;
  /** @returns The body for Fastify to send, or undefined when the answer was sent already. */
  finish(finish: FinishReason, usage: Usage): object | undefined;
  /** @returns False when nothing was sent yet, so that the error can be the answer. */
  fail(error: { body: object }): boolean;
}
