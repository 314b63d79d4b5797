import { describe, expect, it } from "vitest";
import type { Prompt } from "../../src/engine/messages.js";
import { promptBlocks } from "../../src/engine/prompt-blocks.js";

const blocks = (prompt: Prompt, cacheSalt = "", adapter = "") => promptBlocks({ prompt, cacheSalt, adapter });
const text = (words: string): Prompt => ({ kind: "text", text: words });
const chatOf = (messages: string): Prompt => ({
  kind: "chat",
  messages,
  tools: "",
  toolChoice: "auto",
  parallelToolCalls: true,
  thinking: null,
  reasoningEffort: "",
});
const chat = (...contents: string[]): Prompt =>
  chatOf(JSON.stringify(contents.map((content, i) => ({ role: i % 2 ? "assistant" : "user", content }))));

/** How many blocks two prompts have in common at their beginnings. */
function common(one: number[], other: number[]): number {
  const differs = one.findIndex((block, i) => block !== other[i]);
  return differs < 0 ? one.length : differs;
}

const long = "The quick brown fox jumps over the lazy dog. ".repeat(10);

describe("a prompt's blocks", () => {
  it("are its full ones, sixteen characters or four tokens each", () => {
    expect(blocks(text("x".repeat(15)))).toEqual([]);
    expect(blocks(text("x".repeat(47)))).toHaveLength(2);
    expect(blocks({ kind: "tokens", tokens: [1, 2, 3, 4, 5, 6, 7] })).toHaveLength(1);
  });

  it("are the same as far as the text is, and all differ from there on", () => {
    const [one, other] = [blocks(text(long + long)), blocks(text(long + "?" + long))];
    const same = Math.floor(long.length / 16);
    expect(common(one, other)).toBe(same);
    expect(one.slice(same).some((block) => other.includes(block))).toBe(false);
  });

  it("of a conversation are found again when it goes on", () => {
    const first = blocks(chat(long));
    expect(common(first, blocks(chat(long, "Indeed.", "Why?")))).toBe(first.length);
  });

  it.each([
    ["salts", blocks(text(long), "a"), blocks(text(long), "b")],
    ["adapters", blocks(text(long), "", "a"), blocks(text(long), "", "b")],
    ["a salt and an adapter", blocks(text(long), "a", ""), blocks(text(long), "", "a")],
    ["kinds", blocks(text(long)), blocks(chatOf(long))],
  ])("have nothing in common with those of other %s", (_, one, other) => {
    expect(common(one, other)).toBe(0);
  });

  it("are bounded for a prompt of any length", () => {
    expect(blocks(text("x".repeat(1_000_000)))).toHaveLength(2048);
  });

  it("tell tokens apart that agree in their lowest bits", () => {
    const one = blocks({ kind: "tokens", tokens: [1, 2, 3, 4] });
    expect(common(one, blocks({ kind: "tokens", tokens: [65537, 2, 3, 4] }))).toBe(0);
  });
});
