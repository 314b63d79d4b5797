import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

let server: TachoServer;
let client: Anthropic;
beforeAll(async () => {
  server = await TachoServer.start();
  client = new Anthropic({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
});
afterAll(async () => {
  await server.end();
});

const WEATHER: Anthropic.Tool = {
  name: "get_weather",
  description: "Get the current weather in a city.",
  input_schema: {
    type: "object",
    properties: { city: { type: "string", description: "The city" } },
    required: ["city"],
  },
};

function request(content: string, fields: object = {}): Anthropic.MessageCreateParamsNonStreaming {
  const messages = [{ role: "user", content }];
  return {
    model: server.model,
    max_tokens: 100,
    messages,
    temperature: 0,
    ...fields,
  } as Anthropic.MessageCreateParamsNonStreaming;
}

const textOf = ({ content }: Anthropic.Message) => (content[0] as Anthropic.TextBlock).text;

describe("messages of the default model", () => {
  test("answer a question, whole and streamed", async () => {
    const whole = await client.messages.create(request("What is tacho?"));
    expect(textOf(whole)).toContain("Tacho is a Node.js server");
    expect(whole.stop_reason).toBe("end_turn");
    const streamed = await client.messages.stream(request("What is tacho?")).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(streamed.usage.output_tokens).toBe(whole.usage.output_tokens);
    const { input_tokens, cache_read_input_tokens } = whole.usage;
    expect(streamed.usage.input_tokens + streamed.usage.cache_read_input_tokens!).toBe(
      input_tokens + cache_read_input_tokens!,
    );
  });

  test("heed the system's text", async () => {
    const system = "You are Nova, a helpful assistant.";
    expect(textOf(await client.messages.create(request("What is your name?", { system })))).toBe(
      "My name is Nova.",
    );
  });

  test("say which stop sequence ended them", async () => {
    const message = await client.messages.create(
      request("What is tacho?", { stop_sequences: ["nowhere", " server"] }),
    );
    expect(message).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: " server" });
    expect(textOf(message)).toBe("Tacho is a Node.js");
  });

  test("stop where max_tokens says", async () => {
    const { stop_reason, usage } = await client.messages.create(request("Count to 20.", { max_tokens: 5 }));
    expect([stop_reason, usage.output_tokens]).toEqual(["max_tokens", 5]);
  });

  test("call a tool, whole and streamed, and answer its result", async () => {
    const question = request("What is the weather in Paris?", { tools: [WEATHER] });
    const whole = await client.messages.create(question);
    const [use] = whole.content as [Anthropic.ToolUseBlock];
    expect(whole.stop_reason).toBe("tool_use");
    expect(use).toMatchObject({ type: "tool_use", name: "get_weather", input: { city: "Paris" } });

    const streamed = await client.messages.stream(question).finalMessage();
    expect(streamed.content).toMatchObject([
      { type: "tool_use", name: "get_weather", input: { city: "Paris" } },
    ]);

    const content = JSON.stringify({ temperature: 21, condition: "sunny" });
    const result = { type: "tool_result", tool_use_id: use.id, content };
    const messages = [
      ...question.messages,
      { role: "assistant", content: whole.content },
      { role: "user", content: [result] },
    ];
    const answer = textOf(await client.messages.create({ ...question, messages } as typeof question));
    expect(answer).toContain("sunny");
    expect(answer).toContain("21");
  });

  test("call the tool that they are told to, and find their prompt in the cache", async () => {
    const tools = [WEATHER];
    const tool_choice = { type: "tool", name: "get_weather" };
    const question = request("What is the weather in Rome?", { tools, tool_choice });
    const first = await client.messages.create(question);
    expect(first.content).toMatchObject([{ type: "tool_use", name: "get_weather", input: { city: "Rome" } }]);
    const { usage } = await client.messages.create(question);
    expect(usage.cache_read_input_tokens).toBeGreaterThan(100);
    expect(usage.input_tokens).toBeLessThan(10);
  });

  test("are no calls where none is needed", async () => {
    const { content, stop_reason } = await client.messages.create(request("Hello!", { tools: [WEATHER] }));
    expect([content[0]!.type, stop_reason]).toEqual(["text", "end_turn"]);
  });

  test("fit a schema", async () => {
    const schema = {
      type: "object",
      properties: { name: { type: "string" }, age: { type: "integer" } },
      required: ["name", "age"],
      additionalProperties: false,
    };
    const output_config = { format: { type: "json_schema", schema } };
    const message = await client.messages.create(request("Mia is 23 years old.", { output_config }));
    expect(JSON.parse(textOf(message))).toEqual({ name: "Mia", age: 23 });
  });
});
