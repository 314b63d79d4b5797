import { describe, expect, it } from "vitest";
import { toldTimings } from "../../src/server/timings.js";
import type { AnswerContext } from "../../src/server/answer.js";

type Record = Pick<AnswerContext["record"], "arrivedAt" | "usage" | "instants">;

function told(record: Record, timings = true) {
  return toldTimings({ call: { timings }, record } as AnswerContext).timings;
}

const usage = { promptTokens: 50, cachedTokens: 10, generatedTokens: 20 };

describe("the timings of an answer", () => {
  it("are those of its queue, its prompt and its tokens", () => {
    const instants = { assembledAt: 100.2, startedAt: 100.25, firstTokenAt: 100.45, lastTokenAt: 102.45 };
    expect(told({ arrivedAt: 100, usage, instants })).toEqual({
      cache_n: 10,
      prompt_n: 40,
      queue_ms: 250,
      prompt_ms: 200,
      prompt_per_token_ms: 5,
      prompt_per_second: 200,
      predicted_n: 20,
      predicted_ms: 2000,
      predicted_per_token_ms: 100,
      predicted_per_second: 10,
    });
  });

  it("have no rates where there was nothing to count, or no time", () => {
    const one = { promptTokens: 50, cachedTokens: 50, generatedTokens: 1 };
    const instants = { assembledAt: 1, startedAt: 1, firstTokenAt: 2, lastTokenAt: 2 };
    expect(told({ arrivedAt: 1, usage: one, instants })).toMatchObject({
      prompt_n: 0,
      prompt_ms: 1000,
      prompt_per_second: null,
      predicted_ms: 0,
      predicted_per_token_ms: null,
      predicted_per_second: null,
    });
  });

  it("are zeros for what the engine told nothing of", () => {
    expect(told({ arrivedAt: 1, usage, instants: undefined })).toMatchObject({ queue_ms: 0, prompt_ms: 0 });
  });

  it("are told to those who asked", () => {
    expect(told({ arrivedAt: 1, usage, instants: undefined }, false)).toBeUndefined();
  });
});
