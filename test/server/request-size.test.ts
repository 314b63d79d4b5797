import { describe, expect, it } from "vitest";
import type { Prompt } from "../../src/engine/messages.js";
import { readingSize, sizeOf } from "../../src/server/request-size.js";

const text = (bytes: number): Prompt => ({ kind: "text", text: "x".repeat(bytes) });
const plain = { prediction: "", constraint: null };
const size = (prompt: Prompt, maxTokens: number | null, contextSize = 4096) =>
  sizeOf({ prompt, maxTokens, ...plain }, contextSize);

describe("the size of a request that is not tokenised yet", () => {
  it("is a token for each four bytes, and the tokens that it may sample", () => {
    expect(size(text(400), 50, 4096)).toEqual({
      bytes: 400,
      tokens: 150,
      work: 62.5,
    });
  });

  it("is exact for token ids", () => {
    const prompt: Prompt = { kind: "tokens", tokens: [1, 2, 3, 4, 5, 6, 7, 8] };
    expect(size(prompt, 1)).toEqual({ bytes: 32, tokens: 9, work: 2 });
  });

  it("counts messages and tools, and both sides of a gap", () => {
    const chat = { kind: "chat", messages: "m".repeat(30), tools: "t".repeat(10) } as Prompt;
    const infill: Prompt = { kind: "infill", prefix: "p".repeat(30), suffix: "s".repeat(10) };
    for (const prompt of [chat, infill]) expect(size(prompt, 1).tokens).toBe(11);
  });

  it("is never more than the context holds", () => {
    expect(size(text(40), 1_000_000, 512).tokens).toBe(512);
    expect(size(text(40_000), 5, 512).tokens).toBe(512);
  });

  it("expects some answer where none is limited", () => {
    expect(size(text(0), null, 4096).tokens).toBe(512);
  });

  it("has the bytes of all its texts, and nothing of a prompt that another one counts", () => {
    const constraint = { kind: "grammar" as const, text: "g".repeat(30), param: "grammar" };
    const request = { prompt: text(400), maxTokens: 50, prediction: "p".repeat(20), constraint };
    expect(sizeOf(request, 4096).bytes).toBe(450);
    expect(sizeOf(request, 4096, true)).toEqual({ bytes: 0, tokens: 50, work: 50 });
  });

  it("of text that is only read has no answer", () => {
    expect(readingSize(33)).toEqual({ bytes: 33, tokens: 9, work: 9 / 8 });
  });
});
