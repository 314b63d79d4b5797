import OpenAI from "openai";
import type { ChatCompletionCreateParamsNonStreaming, ChatCompletionTool } from "openai/resources";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Timings } from "../../src/server/timings.js";
import { TachoServer } from "./tacho-server.js";

let server: TachoServer;
beforeAll(async () => {
  server = await TachoServer.start();
});
afterAll(async () => {
  await server.end();
});

type Fields = Partial<ChatCompletionCreateParamsNonStreaming> & Record<string, unknown>;

function bodyOf(content: string, fields: Fields = {}): ChatCompletionCreateParamsNonStreaming {
  const messages = [{ role: "user" as const, content }];
  return {
    model: server.model,
    messages,
    temperature: 0,
    max_completion_tokens: 100,
    ...fields,
    stream: false,
  };
}

/** Typed loosely: OpenAI calls seeds deprecated. */
const seeded = (seed: number): Record<string, unknown> => ({ seed });

const ask = (content: string, fields: Fields = {}) =>
  server.openai.chat.completions.create(bodyOf(content, fields));

async function answer(content: string, fields: Fields = {}) {
  return (await ask(content, fields)).choices[0]!;
}

function functionTool(
  name: string,
  description: string,
  properties: object,
  required: string[],
): ChatCompletionTool {
  return {
    type: "function",
    function: { name, description, parameters: { type: "object", properties, required } },
  };
}

const weather = functionTool(
  "get_weather",
  "Get the current weather in a city.",
  { city: { type: "string", description: "Name of the city" } },
  ["city"],
);
const add = functionTool("add", "Add two numbers.", { a: { type: "integer" }, b: { type: "integer" } }, [
  "a",
  "b",
]);
const email = functionTool(
  "send_email",
  "Send an email.",
  { to: { type: "string" }, subject: { type: "string" } },
  ["to", "subject"],
);

const PARIS = "What is the weather in Paris?";

function callsOf({ message }: OpenAI.ChatCompletion.Choice) {
  return (message.tool_calls ?? []).map((call) => {
    if (call.type !== "function") throw new Error(`a call of type ${call.type}`);
    return { name: call.function.name, arguments: JSON.parse(call.function.arguments) as unknown };
  });
}

describe("tools", () => {
  it("are called with arguments that fit their schema", async () => {
    const choice = await answer(PARIS, { tools: [weather] });
    expect(choice.finish_reason).toBe("tool_calls");
    expect(choice.message.content).toBeNull();
    expect(choice.message.tool_calls![0]!.id).toMatch(/^call_\w{24}$/);
    expect(callsOf(choice)).toEqual([{ name: "get_weather", arguments: { city: "Paris" } }]);
  });

  it("are told apart", async () => {
    const choice = await answer("Add 12 and 30.", { tools: [weather, email, add] });
    expect(callsOf(choice)).toEqual([{ name: "add", arguments: { a: 12, b: 30 } }]);
  });

  it("are left alone where nothing asks for them", async () => {
    const choice = await answer("Hello!", { tools: [weather] });
    expect(choice.finish_reason).toBe("stop");
    expect(choice.message.tool_calls).toBeUndefined();
    expect(choice.message.content).toMatch(/hello|hi/i);
  });

  it("with tool_choice none are not called", async () => {
    const choice = await answer(PARIS, { tools: [weather], tool_choice: "none" });
    expect(choice.message.tool_calls).toBeUndefined();
  });

  it("with tool_choice required are called whatever was said", async () => {
    const choice = await answer("Hello!", { tools: [weather], tool_choice: "required" });
    expect(callsOf(choice)).toMatchObject([
      { name: "get_weather", arguments: { city: expect.any(String) as string } },
    ]);
  });

  it("that are named are the ones that are called", async () => {
    const choice = await answer(PARIS, {
      tools: [weather, add],
      tool_choice: { type: "function", function: { name: "add" } },
    });
    expect(callsOf(choice)).toMatchObject([{ name: "add" }]);
  });

  it("that are allowed are the only ones", async () => {
    const allowed = [{ type: "function", function: { name: "add" } }];
    const choice = await answer(PARIS, {
      tools: [weather, add],
      tool_choice: { type: "allowed_tools", allowed_tools: { mode: "required", tools: allowed } },
    });
    expect(callsOf(choice)).toMatchObject([{ name: "add" }]);
  });

  it("bring results that the answer is made of", async () => {
    const called = await answer(PARIS, { tools: [weather] });
    const call = called.message.tool_calls![0]!;
    const choice = await answer("", {
      tools: [weather],
      messages: [
        { role: "user", content: PARIS },
        called.message,
        { role: "tool", tool_call_id: call.id, content: '{"temperature": 21, "condition": "sunny"}' },
      ],
    });
    expect(choice.finish_reason).toBe("stop");
    expect(choice.message.content).toContain("21");
    expect(choice.message.content).toContain("sunny");
  });
});

describe("a streamed answer", () => {
  const both = async (content: string, fields: Fields) => {
    const body = bodyOf(content, fields);
    const stream = server.openai.chat.completions.stream({ ...body, stream: true });
    const streamed = (await stream.finalChatCompletion()).choices[0]!;
    const whole = (await server.openai.chat.completions.create(body)).choices[0]!;
    return { streamed, whole };
  };

  it("with tools, assembled by the client's helper, is the whole one", async () => {
    for (const tools of [[weather], [weather, email, add]]) {
      const { streamed, whole } = await both(PARIS, { tools, ...seeded(7), temperature: 0.4 });
      expect(callsOf(streamed)).toEqual(callsOf(whole));
      expect(streamed.finish_reason).toBe(whole.finish_reason);
      expect(streamed.message.content ?? "").toBe(whole.message.content ?? "");
    }
  });

  it("without a call is the whole one, in many pieces", async () => {
    const { streamed, whole } = await both("What is tacho?", { tools: [weather], ...seeded(7) });
    expect(streamed.message.content).toBe(whole.message.content);
    const deltas: string[] = [];
    const stream = await server.openai.chat.completions.create({
      ...bodyOf("What is tacho?", { tools: [weather] }),
      stream: true,
    });
    for await (const { choices } of stream)
      if (choices[0]?.delta.content) deltas.push(choices[0].delta.content);
    expect(deltas.join("")).toBe(whole.message.content);
    expect(deltas.length).toBeGreaterThan(1);
  });

  it("brings a call's name and id once, and its arguments as they come", async () => {
    const stream = await server.openai.chat.completions.create({
      ...bodyOf(PARIS, { tools: [weather] }),
      stream: true,
      stream_options: { include_usage: true },
    });
    const parts = [];
    let completion = 0;
    for await (const chunk of stream) {
      parts.push(...(chunk.choices[0]?.delta.tool_calls ?? []));
      completion = chunk.usage?.completion_tokens ?? completion;
    }
    const [first, ...others] = parts;
    expect(first).toMatchObject({ index: 0, type: "function", function: { name: "get_weather" } });
    expect(others.every(({ id, function: called }) => id === undefined && called!.name === undefined)).toBe(
      true,
    );
    expect(JSON.parse(parts.map((part) => part.function!.arguments).join(""))).toEqual({ city: "Paris" });
    expect(completion).toBeGreaterThan(5);
  });

  it("of several choices keeps them apart", async () => {
    const body = bodyOf("Hello!", { n: 3, temperature: 1, seed: 3 });
    const streamed = await server.openai.chat.completions
      .stream({ ...body, stream: true })
      .finalChatCompletion();
    const whole = await server.openai.chat.completions.create(body);
    const texts = (completion: OpenAI.ChatCompletion) =>
      completion.choices.map(({ message }) => message.content);
    expect(streamed.choices.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(texts(streamed as OpenAI.ChatCompletion)).toHaveLength(3);
    expect(texts(whole)).toHaveLength(3);
  });
});

describe("response_format", () => {
  const person = {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer", minimum: 0, maximum: 150 } },
    required: ["name", "age"],
    additionalProperties: false,
  };

  it("json_object brings an object", async () => {
    const { message } = await answer("Extract the name and age as JSON: Mia is 23 years old.", {
      response_format: { type: "json_object" },
    });
    expect(JSON.parse(message.content!)).toEqual({ name: "Mia", age: 23 });
  });

  it("json_schema brings what the schema allows, whatever was asked", async () => {
    const response_format = {
      type: "json_schema" as const,
      json_schema: { name: "person", schema: person, strict: true },
    };
    const { message } = await answer("Mia is 23 years old.", { response_format });
    expect(JSON.parse(message.content!)).toEqual({ name: "Mia", age: 23 });
    for (const seed of [1, 2, 3]) {
      const other = await answer("Tell me a story.", { response_format, temperature: 1, seed });
      if (other.finish_reason !== "stop") continue;
      const value = JSON.parse(other.message.content!) as { name: string; age: number };
      expect(Object.keys(value)).toEqual(["name", "age"]);
      expect(value.age).toBeLessThanOrEqual(150);
    }
  });

  it("strict refuses what it could not enforce, and names it", async () => {
    const schema = { type: "object", properties: { x: { type: "number", multipleOf: 2 } } };
    const response_format = {
      type: "json_schema" as const,
      json_schema: { name: "x", schema, strict: true },
    };
    await expect(ask("Hi", { response_format })).rejects.toMatchObject({
      status: 400,
      code: "unsupported_schema",
      message: expect.stringContaining("multipleOf") as string,
    });
  });
});

describe("constraints", () => {
  it.each([
    ["grammar", { grammar: 'root ::= "yes" | "no"' }, /^(yes|no)$/],
    ["choice", { choice: ["red", "green", "blue"] }, /^(red|green|blue)$/],
    ["regex", { regex: "[0-9]{3}-[a-f]{2}" }, /^[0-9]{3}-[a-f]{2}$/],
    [
      "json_schema",
      { json_schema: { type: "array", items: { type: "boolean" }, maxItems: 3 } },
      /^\[[\sa-z,]*\]$/,
    ],
  ])("%s is what the whole answer is", async (_, fields, expected) => {
    for (const [content, temperature] of [
      ["What is tacho?", 0],
      ["Hello!", 1],
    ] as const) {
      const { message, finish_reason } = await answer(content, { ...fields, temperature, seed: 5 });
      expect(finish_reason).toBe("stop");
      expect(message.content).toMatch(expected);
    }
  });

  it("that are no grammar are refused, with the place", async () => {
    await expect(ask("Hi", { grammar: "root ::= (((" })).rejects.toMatchObject({
      status: 400,
      code: "invalid_constraint",
      param: "grammar",
      message: expect.stringContaining("Line 1") as string,
    });
  });

  it("hold with logprobs, penalties and several choices", async () => {
    const { choices } = await ask("Hello!", {
      grammar: 'root ::= [a-c]+ "!"',
      logprobs: true,
      top_logprobs: 2,
      n: 2,
      presence_penalty: 1,
      max_completion_tokens: 12,
    });
    for (const { message } of choices) expect(message.content).toMatch(/^[a-c]+!?$/);
  });
});

describe("logprobs", () => {
  it("come for every token, with the likeliest ones", async () => {
    const { message, logprobs } = await answer("ping", { logprobs: true, top_logprobs: 3 });
    const tokens = logprobs!.content!;
    const bytes = tokens.flatMap((token) => token.bytes!);
    expect(Buffer.from(bytes).toString()).toBe(message.content);
    for (const { logprob, top_logprobs, token } of tokens) {
      expect(logprob).toBeLessThanOrEqual(0);
      expect(top_logprobs).toHaveLength(3);
      expect(top_logprobs[0]).toMatchObject({ token, logprob });
    }
  });

  it("are streamed with their tokens", async () => {
    const stream = await server.openai.chat.completions.create({
      ...bodyOf("ping", { logprobs: true, tools: [weather] }),
      stream: true,
    });
    const tokens: string[] = [];
    for await (const { choices } of stream)
      tokens.push(...(choices[0]?.logprobs?.content ?? []).map(({ token }) => token));
    expect(tokens.join("")).toContain("pong");
  });
});

describe("sampling", () => {
  it("repeats itself with a seed, and has a seed for each choice", async () => {
    const fields = { temperature: 1.5, seed: 11, n: 3, max_completion_tokens: 20 };
    const texts = async () =>
      (await ask("Tell me a story.", fields)).choices.map(({ message }) => message.content);
    const [first] = [await texts()];
    expect(new Set(first).size).toBeGreaterThan(1);
  });

  it.each([
    ["typical_p", { typical_p: 0.5 }],
    ["xtc", { xtc_probability: 0.5, xtc_threshold: 0.1 }],
    ["dry", { dry_multiplier: 0.8, dry_sequence_breakers: ["."] }],
    ["mirostat 1", { mirostat: 1, mirostat_tau: 3 }],
    ["mirostat 2", { mirostat: 2, mirostat_tau: 3, mirostat_eta: 0.2 }],
  ])("takes %s, and repeats itself with a seed", async (_, fields) => {
    const once = () =>
      answer("Tell me a story.", { ...fields, temperature: 1, seed: 4, max_completion_tokens: 24 });
    const [one, other] = [await once(), await once()];
    expect(one.message.content!.length).toBeGreaterThan(10);
    expect(other.message.content).toBe(one.message.content);
  });

  it("with DRY does not go round in circles", async () => {
    const round = "one two three one two three one two three one two three one two three one two three";
    const count = (text: string) => text.split("one two three").length - 1;
    const [plain, dry] = await Promise.all(
      [{}, { dry_multiplier: 5, dry_sequence_breakers: [] }].map((fields) =>
        server.openai.completions.create({
          model: server.model,
          prompt: round,
          temperature: 0,
          max_tokens: 24,
          ...fields,
        }),
      ),
    );
    expect(count(dry!.choices[0]!.text)).toBeLessThanOrEqual(count(plain!.choices[0]!.text));
  });

  it("honours logit_bias, stop, and both names of the limit", async () => {
    const { message, finish_reason } = await answer("Count from 1 to 10.", { stop: [" 5"] });
    expect(message.content).toBe("1, 2, 3, 4,");
    expect(finish_reason).toBe("stop");
    const cut = await answer("Count from 1 to 10.", { max_completion_tokens: 3 });
    expect(cut.finish_reason).toBe("length");
  });
});

describe("fields beside the text", () => {
  it("take what clients send to describe themselves", async () => {
    const fields = {
      user: "someone",
      metadata: { a: "b" },
      safety_identifier: "x",
      service_tier: "auto" as const,
    };
    expect((await answer("ping", fields)).message.content).toBe("pong");
  });

  it("end a request that takes longer than it may", async () => {
    await expect(
      ask("Tell me a story.", { timeout_ms: 20, ignore_eos: true, max_completion_tokens: 2000 }),
    ).rejects.toMatchObject({ status: 408, code: "deadline_exceeded", param: "timeout_ms" });
  });

  it("tell where the time went, to those who ask", async () => {
    const fields = { timings: true, max_completion_tokens: 12, ignore_eos: true };
    const began = performance.now();
    const whole = (await ask("Tell me a story.", fields)) as OpenAI.ChatCompletion & { timings: Timings };
    const took = performance.now() - began;
    const { timings, usage } = whole;
    expect(timings).toMatchObject({ predicted_n: 12, cache_n: usage!.prompt_tokens_details!.cached_tokens });
    expect(timings.cache_n + timings.prompt_n).toBe(usage!.prompt_tokens);
    expect(timings.predicted_ms).toBeGreaterThan(0);
    expect(timings.queue_ms + timings.prompt_ms + timings.predicted_ms).toBeLessThan(took);
    expect(await ask("Tell me a story.")).not.toHaveProperty("timings");
  });

  it("tell it in a stream's last chunk", async () => {
    const body = {
      ...bodyOf("Tell me a story.", { max_completion_tokens: 12, timings: true }),
      stream: true as const,
    };
    const chunks = [];
    for await (const chunk of await server.openai.chat.completions.create(body)) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], timings: { predicted_n: 12 } });
    expect(chunks.slice(0, -1).some((chunk) => "timings" in chunk)).toBe(false);
  });

  it("refuse a reasoning effort where there is no reasoning, and take none", async () => {
    expect((await answer("ping", { reasoning_effort: "none" })).message.content).toBe("pong");
    await expect(ask("ping", { reasoning_effort: "low" })).rejects.toMatchObject({
      status: 400,
      code: "thinking_not_supported",
    });
  });

  it("take a prediction of the answer, which changes nothing but the time", async () => {
    const prediction = { type: "content" as const, content: "1, 2, 3, 4, 5, 6, 7, 8, 9, 10" };
    const plain = await answer("Count from 1 to 10.");
    expect((await answer("Count from 1 to 10.", { prediction })).message.content).toBe(plain.message.content);
  });
});
