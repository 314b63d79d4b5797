import { describe, expect, it } from "vitest";
import { chatPartsOf } from "../../../src/server/messages/messages-prompt.js";
import type { MessagesPrompt } from "../../../src/server/messages/messages-schema.js";

type Messages = MessagesPrompt["messages"];

function messagesOf(messages: Messages, fields: Partial<MessagesPrompt> = {}) {
  return chatPartsOf({ messages, ...fields }).messages;
}

function partsOf(fields: Partial<MessagesPrompt>) {
  return chatPartsOf({ messages: [{ role: "user", content: "hi" }], ...fields });
}

const text = (words: string) => ({ type: "text", text: words }) as const;
const use = { type: "tool_use", id: "a", name: "f", input: { x: 1 } } as const;
const result = { type: "tool_result", tool_use_id: "a" } as const;

describe("Anthropic's messages as a chat", () => {
  it("begin with the system's text", () => {
    const question = { role: "user", content: "hi" } as const;
    expect(messagesOf([question], { system: "Be brief." })[0]).toEqual({
      role: "system",
      content: "Be brief.",
    });
    expect(messagesOf([question], { system: [text("Be"), text("brief")] })[0]).toEqual({
      role: "system",
      content: [text("Be"), text("brief")],
    });
  });

  it("are one turn where one role speaks twice", () => {
    const two: Messages = [
      { role: "user", content: "a" },
      { role: "user", content: [text("b")] },
    ];
    expect(messagesOf(two)).toEqual([{ role: "user", content: [text("a"), text("b")] }]);
  });

  it("keep one text a string", () => {
    expect(messagesOf([{ role: "user", content: [text("a")] }])).toEqual([{ role: "user", content: "a" }]);
  });

  it("have thoughts and calls beside the assistant's text", () => {
    const thinking = { type: "thinking", thinking: "hm", signature: "" } as const;
    const redacted = { type: "redacted_thinking", data: "?" } as const;
    const [, answer] = messagesOf([
      { role: "user", content: "hi" },
      { role: "assistant", content: [thinking, redacted, text("Well,"), use] },
      { role: "user", content: [{ ...result, content: "1" }] },
    ]);
    expect(answer).toEqual({
      role: "assistant",
      content: "Well,",
      reasoning_content: "hm",
      tool_calls: [{ id: "a", type: "function", function: { name: "f", arguments: '{"x":1}' } }],
    });
  });

  it("have a message of its own for each result, in order with what is said", () => {
    const content = [
      { ...result, content: "1" },
      { ...result, content: [text("2"), text("3")] },
      { ...result },
      text("And now?"),
    ];
    const [, ...rest] = messagesOf([
      { role: "assistant", content: [use] },
      { role: "user", content },
    ]);
    expect(rest).toEqual([
      { role: "tool", tool_call_id: "a", content: "1" },
      { role: "tool", tool_call_id: "a", content: [text("2"), text("3")] },
      { role: "tool", tool_call_id: "a", content: "" },
      { role: "user", content: "And now?" },
    ]);
  });

  it("say that a result is an error", () => {
    const failed = (content: string | ReturnType<typeof text>[]) =>
      messagesOf([
        { role: "assistant", content: [use] },
        { role: "user", content: [{ ...result, is_error: true, content }] },
      ])[1]!.content;
    expect(failed("no such city")).toBe("Error: no such city");
    expect(failed([text("a"), text("b")])).toEqual([text("Error:"), text("a"), text("b")]);
  });

  it("refuse a result without its call", () => {
    const messages: Messages = [{ role: "user", content: [text("x"), { ...result, content: "1" }] }];
    expect(() => messagesOf(messages)).toThrow(
      expect.objectContaining({ code: "invalid_value", param: "messages[0].content[1].tool_use_id" }),
    );
  });

  it("refuse to go on with the assistant's words", () => {
    const messages: Messages = [
      { role: "user", content: "hi" },
      { role: "assistant", content: "Well" },
    ];
    expect(() => messagesOf(messages)).toThrow(/prefill/);
  });
});

describe("Anthropic's tools", () => {
  it("are functions", () => {
    const tools = [{ name: "f", description: "does", input_schema: { type: "object" } }] as const;
    const parameters = { type: "object" };
    expect(partsOf({ tools: [...tools] }).tools).toEqual([
      { type: "function", function: { name: "f", description: "does", parameters, strict: undefined } },
    ]);
  });

  it.each([
    [undefined, "auto", true],
    [{ type: "auto" }, "auto", true],
    [{ type: "auto", disable_parallel_tool_use: true }, "auto", false],
    [{ type: "any" }, "required", true],
    [{ type: "none" }, "none", true],
    [{ type: "tool", name: "f" }, { type: "function", function: { name: "f" } }, true],
    [
      { type: "tool", name: "f", disable_parallel_tool_use: true },
      { type: "function", function: { name: "f" } },
      false,
    ],
  ] as const)("chosen by %o", (choice, tool_choice, parallel_tool_calls) => {
    expect(partsOf({ tool_choice: choice })).toMatchObject({ tool_choice, parallel_tool_calls });
  });
});

describe("thinking", () => {
  it.each([
    [undefined, undefined],
    [{ type: "disabled" }, false],
    [{ type: "adaptive" }, undefined],
    [{ type: "enabled", budget_tokens: 1024 }, true],
  ] as const)("as in %o", (thinking, enable_thinking) => {
    expect(partsOf({ thinking }).chat_template_kwargs).toEqual({ enable_thinking });
  });

  it("has an effort", () => {
    expect(partsOf({ output_config: { effort: "high" } }).reasoning_effort).toBe("high");
  });
});
