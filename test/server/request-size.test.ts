import { describe, expect, it } from "vitest";
import type { Prompt } from "../../src/engine/messages.js";
import { readingSize, sizeOf } from "../../src/server/request-size.js";

const text = (bytes: number): Prompt => ({ kind: "text", text: "x".repeat(bytes) });

describe("the size of a request that is not tokenised yet", () => {
  it("is a token for each four bytes, and the tokens that it may sample", () => {
    expect(sizeOf({ prompt: text(400), maxTokens: 50 }, 4096)).toEqual({
      bytes: 400,
      tokens: 150,
      work: 62.5,
    });
  });

  it("is exact for token ids", () => {
    const prompt: Prompt = { kind: "tokens", tokens: [1, 2, 3, 4, 5, 6, 7, 8] };
    expect(sizeOf({ prompt, maxTokens: 1 }, 4096)).toEqual({ bytes: 32, tokens: 9, work: 2 });
  });

  it("counts messages and tools, and both sides of a gap", () => {
    const chat = { kind: "chat", messages: "m".repeat(30), tools: "t".repeat(10) } as Prompt;
    const infill: Prompt = { kind: "infill", prefix: "p".repeat(30), suffix: "s".repeat(10) };
    for (const prompt of [chat, infill]) expect(sizeOf({ prompt, maxTokens: 1 }, 4096).tokens).toBe(11);
  });

  it("is never more than the context holds", () => {
    expect(sizeOf({ prompt: text(40), maxTokens: 1_000_000 }, 512).tokens).toBe(512);
    expect(sizeOf({ prompt: text(40_000), maxTokens: 5 }, 512).tokens).toBe(512);
  });

  it("expects some answer where none is limited", () => {
    expect(sizeOf({ prompt: text(0), maxTokens: null }, 4096).tokens).toBe(512);
  });

  it("of text that is only read has no answer", () => {
    expect(readingSize(33)).toEqual({ bytes: 33, tokens: 9, work: 9 / 8 });
  });
});
