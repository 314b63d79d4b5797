import type { AnswerContext } from "./answer.js";
import type { RequestRecord } from "./request-record.js";

/**
 * Where a request's time went, under llama-server's names and in its units: milliseconds, and tokens a second. Of
 * several choices together: from the beginning of the first to the end of the last. A rate that nothing can be said
 * about is null.
 */
export interface Timings {
  /** Tokens of the prompt that were in the KV cache, and those that were computed. */
  cache_n: number;
  prompt_n: number;
  /** From the request's arrival to its first step; llama-server has no such. */
  queue_ms: number;
  /** From its first step to its first token. */
  prompt_ms: number;
  prompt_per_token_ms: number | null;
  prompt_per_second: number | null;
  /** Sampled tokens. */
  predicted_n: number;
  /** From the first token to the last. */
  predicted_ms: number;
  predicted_per_token_ms: number | null;
  predicted_per_second: number | null;
}

/** As a member of an answer's last object, where the client asked for it: once the engine has ended the request. */
export function toldTimings({ call, record }: Pick<AnswerContext, "call" | "record">): { timings?: Timings } {
  return call.timings ? { timings: timingsOf(record) } : {};
}

function timingsOf({ arrivedAt, usage, instants }: RequestRecord): Timings {
  const { promptTokens = 0, cachedTokens = 0, generatedTokens = 0 } = usage ?? {};
  const { startedAt = 0, firstTokenAt = 0, lastTokenAt = 0 } = instants ?? {};
  const computed = promptTokens - cachedTokens;
  const prompt = milliseconds(startedAt, firstTokenAt);
  const predicted = milliseconds(firstTokenAt, lastTokenAt);
  return {
    cache_n: cachedTokens,
    prompt_n: computed,
    queue_ms: milliseconds(arrivedAt, startedAt),
    prompt_ms: prompt,
    prompt_per_token_ms: ratio(prompt, computed),
    prompt_per_second: ratio(computed * 1000, prompt),
    predicted_n: generatedTokens,
    predicted_ms: predicted,
    predicted_per_token_ms: ratio(predicted, generatedTokens),
    predicted_per_second: ratio(generatedTokens * 1000, predicted),
  };
}

/** To the microsecond; 0 where an end did not happen. */
function milliseconds(from: number, to: number): number {
  return from && to ? Math.max(0, Math.round((to - from) * 1e6) / 1000) : 0;
}

function ratio(amount: number, by: number): number | null {
  return by > 0 && amount > 0 ? Math.round((amount / by) * 1000) / 1000 : null;
}
