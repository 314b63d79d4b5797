import { describe, expect, it } from "vitest";
import type { AnswerPiece } from "../../src/server/answer-piece.js";
import { AnswerItems } from "../../src/server/answer-items.js";
import { call, content, piece, plain, thought } from "./scripted-answer.js";

const LOGPROB = { token: 0, logprob: -1, top: [] };

function play(pieces: AnswerPiece[]) {
  const heard: string[] = [];
  const items = new AnswerItems({
    opened: (item, index) => heard.push(`open ${index} ${item.kind}`),
    grew: (_, index, text) => heard.push(`grow ${index} ${text}`),
    closed: (item, index) => heard.push(`close ${index} ${item.text}`),
  });
  for (const one of pieces) items.add(one);
  items.close();
  return { heard, list: items.list };
}

describe("the items of an answer", () => {
  it("are what follows each other of one kind", () => {
    const { list } = play([
      piece(thought("h"), thought("m")),
      piece(content("Yes"), content(".")),
      piece(thought("!")),
    ]);
    expect(list).toEqual([
      { kind: "reasoning", text: "hm" },
      { kind: "content", text: "Yes.", logprobs: [] },
      { kind: "reasoning", text: "!" },
    ]);
  });

  it("are told as they come about: opened, grown and closed before the next", () => {
    const { heard } = play([
      piece(content("a")),
      piece(content("b"), call(0, "{", "f")),
      piece(call(0, "}")),
    ]);
    expect(heard).toEqual(
      ["open 0 content", "grow 0 a", "grow 0 b", "close 0 ab"].concat([
        "open 1 tool_call",
        "grow 1 {",
        "grow 1 }",
        "close 1 {}",
      ]),
    );
  });

  it("are one for each call, with arguments or without", () => {
    const { list } = play([piece(call(0, "", "f"), call(1, "{}", "g"))]);
    expect(list).toEqual([
      { kind: "tool_call", id: "call0", name: "f", text: "" },
      { kind: "tool_call", id: "call1", name: "g", text: "{}" },
    ]);
  });

  it("are one content where the template has no format", () => {
    const { list } = play([plain("Grüße"), plain(""), plain(" 🌍")]);
    expect(list).toEqual([{ kind: "content", text: "Grüße 🌍", logprobs: [] }]);
  });

  it("are none when nothing was said", () => {
    expect(play([plain(""), piece(content(""), thought(""))]).heard).toEqual([]);
  });

  it("hold the logprobs of content, also of tokens whose text is still held back", () => {
    const held = { ...piece(), logprobs: [LOGPROB] };
    const { list } = play([plain("a", [LOGPROB]), held, plain("bc", [LOGPROB, LOGPROB])]);
    expect(list).toEqual([{ kind: "content", text: "abc", logprobs: Array(4).fill(LOGPROB) }]);
  });

  it("hold no logprobs of thoughts and calls", () => {
    const thinking = { ...piece(thought("hm")), logprobs: [LOGPROB] };
    const markup = { ...piece(), logprobs: [LOGPROB] };
    expect(play([thinking, markup]).list).toEqual([{ kind: "reasoning", text: "hm" }]);
  });
});
