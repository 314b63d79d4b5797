import { describe, expect, it } from "vitest";
import { itemsOf, type Item } from "../../../src/server/responses/items.js";
import { chatPartsOf } from "../../../src/server/responses/responses-prompt.js";
import type { InputItem, ResponsesBody } from "../../../src/server/responses/responses-schema.js";

function partsOf(fields: Partial<ResponsesBody>, earlier: Item[] = []) {
  const body = { input: "hi", tools: [], parallel_tool_calls: true, ...fields } as unknown as ResponsesBody;
  return chatPartsOf(body, earlier, itemsOf(body.input));
}

const messagesOf = (...input: InputItem[]) => partsOf({ input }).messages;

const thought = (text: string): InputItem => ({
  type: "reasoning",
  summary: [],
  content: [{ type: "reasoning_text", text }],
});
const said = (content: string): InputItem => ({ role: "assistant", content });
const called = (call_id: string): InputItem => ({
  type: "function_call",
  call_id,
  name: "f",
  arguments: "{}",
});
const result = (call_id: string, output: string): InputItem => ({
  type: "function_call_output",
  call_id,
  output,
});
const call = (id: string) => ({ id, type: "function", function: { name: "f", arguments: "{}" } });

describe("a response's input as a chat", () => {
  it("is the user's when it is a text, after the instructions", () => {
    expect(partsOf({ input: "hi", instructions: "Be brief." }).messages).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "hi" },
    ]);
  });

  it("follows what the response before it was made of, and not its instructions", () => {
    const earlier = itemsOf([{ role: "user", content: "1 + 1?" }, said("2")]);
    expect(partsOf({ input: "And + 1?", instructions: "New." }, earlier).messages).toEqual([
      { role: "system", content: "New." },
      { role: "user", content: "1 + 1?" },
      { role: "assistant", content: "2" },
      { role: "user", content: "And + 1?" },
    ]);
  });

  it("keeps several texts apart and one a string", () => {
    const part = (text: string) => ({ type: "input_text", text }) as const;
    const of = (...texts: string[]) =>
      messagesOf({ role: "developer", content: texts.map(part) })[0]!.content;
    expect(of("a")).toBe("a");
    expect(of()).toBe("");
    expect(of("a", "b")).toEqual(["a", "b"].map((text) => ({ type: "text", text })));
  });

  it("has thoughts, words and calls of one turn in one message", () => {
    expect(messagesOf(thought("hm"), said("Wait."), called("a"), called("b"), result("a", "1"))).toEqual([
      { role: "assistant", reasoning_content: "hm", content: "Wait.", tool_calls: [call("a"), call("b")] },
      { role: "tool", tool_call_id: "a", content: "1" },
    ]);
  });

  it("begins a new turn with what the last one has already", () => {
    expect(messagesOf(said("a"), said("b"), called("c"), thought("hm"), thought("so"), said("d"))).toEqual([
      { role: "assistant", content: "a" },
      { role: "assistant", content: "b", tool_calls: [call("c")] },
      { role: "assistant", reasoning_content: "hm\nso", content: "d" },
    ]);
  });

  it("takes a summary for thoughts that are not there", () => {
    const summary = [{ type: "summary_text", text: "short" }] as const;
    expect(messagesOf({ type: "reasoning", summary: [...summary] }, said("a"))[0]).toMatchObject({
      reasoning_content: "short",
    });
  });

  it("refuses a result without its call", () => {
    expect(() => messagesOf(called("a"), result("b", "1"))).toThrow(
      expect.objectContaining({ code: "invalid_value", param: "input[1].call_id" }),
    );
    const earlier = itemsOf([called("b")]);
    expect(partsOf({ input: [result("b", "1")] }, earlier).messages).toHaveLength(2);
  });
});

describe("a response's tools", () => {
  it("are the chat's", () => {
    const tools = [{ type: "function", name: "f", parameters: { type: "object" }, strict: true }] as const;
    expect(partsOf({ tools: [...tools] }).tools).toEqual([
      { type: "function", function: { name: "f", parameters: { type: "object" }, strict: true } },
    ]);
  });

  it.each([
    [undefined, "auto"],
    ["required", "required"],
    [
      { type: "function", name: "f" },
      { type: "function", function: { name: "f" } },
    ],
  ] as const)("chosen by %o", (choice, tool_choice) => {
    expect(partsOf({ tool_choice: choice }).tool_choice).toEqual(tool_choice);
  });
});
