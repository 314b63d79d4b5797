import type { TokenUsage } from "../engine/messages.js";

/** OpenAI's, of chat and text completions. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
  prompt_tokens_details: { cached_tokens: number };
}

/** @param choices Of one answer; those of one prompt stand together. @param n Choices a prompt: it counts once. */
export function usageOf(choices: readonly TokenUsage[], n: number): Usage {
  const sum = (of: (usage: TokenUsage) => number, some = choices) =>
    some.reduce((total, usage) => total + of(usage), 0);
  const firsts = choices.filter((_, index) => index % n === 0);
  const prompt = sum(({ promptTokens }) => promptTokens, firsts);
  const completion = sum(({ generatedTokens }) => generatedTokens);
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: sum(({ cachedTokens }) => cachedTokens, firsts) },
  };
}
