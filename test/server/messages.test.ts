import Anthropic from "@anthropic-ai/sdk";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChatPrompt, GenerateRequest } from "../../src/engine/messages.js";
import { newKey } from "../../src/server/access/api-key.js";
import { Stand } from "./stand.js";

let stand: Stand;
let client: Anthropic;
beforeAll(async () => {
  stand = await Stand.start();
  client = clientOf(stand);
});
afterAll(() => stand.close());

function clientOf({ url }: Stand): Anthropic {
  return new Anthropic({ baseURL: url, apiKey: "none", maxRetries: 0 });
}

const WEATHER = {
  name: "weather",
  description: "The weather of a city.",
  input_schema: { type: "object" as const, properties: { city: { type: "string" } }, required: ["city"] },
};

const PARTS = [
  [{ kind: "reasoning", text: "hm" }],
  [{ kind: "content", text: "I look." }],
  [{ kind: "tool_call", index: 0, id: "call0", name: "weather", text: '{"city":' }],
  [{ kind: "tool_call", index: 0, id: "", name: "", text: '"Paris"}' }],
];
const CALLING = `parts ${JSON.stringify(PARTS)}`;

const ask = (content: string, fields: object = {}) =>
  ({
    model: "scripted",
    max_tokens: 100,
    messages: [{ role: "user", content }],
    ...fields,
  }) as Anthropic.MessageCreateParamsNonStreaming;

/** The engine's request, as the scripted host received it. */
async function echoed(fields: object): Promise<GenerateRequest> {
  const { content } = await client.messages.create(ask("echo", fields));
  return JSON.parse((content[0] as Anthropic.TextBlock).text) as GenerateRequest;
}

describe("messages", () => {
  it("are answered whole", async () => {
    const message = await client.messages.create(ask("words 2"));
    expect(message).toMatchObject({
      type: "message",
      role: "assistant",
      model: "scripted",
      content: [{ type: "text", text: "word0 word1 " }],
      stop_reason: "end_turn",
      stop_sequence: null,
      usage: { input_tokens: 4, cache_read_input_tokens: 3, output_tokens: 2 },
    });
    expect(message.id).toMatch(/^msg_/);
  });

  it("say when max_tokens ended them", async () => {
    expect((await client.messages.create(ask("words 9", { max_tokens: 4 }))).stop_reason).toBe("max_tokens");
  });

  it("say which stop sequence ended them, and are silent about those of a template", async () => {
    const stop_sequences = ["a", "b"];
    const told = { stop_reason: "stop_sequence", stop_sequence: "b" };
    expect(await client.messages.create(ask("stopped 1", { stop_sequences }))).toMatchObject(told);
    const stream = client.messages.stream(ask("stopped 1", { stop_sequences }));
    expect(await stream.finalMessage()).toMatchObject(told);
    const silent = { stop_reason: "end_turn", stop_sequence: null };
    expect(await client.messages.create(ask("stopped 2", { stop_sequences }))).toMatchObject(silent);
  });

  it("do not take a call that a stop sequence cut for a whole one", async () => {
    const message = await client.messages.create(ask("cutcall", { tools: [WEATHER], stop_sequences: ["}"] }));
    expect(message).toMatchObject({ stop_reason: "stop_sequence", stop_sequence: "}" });
  });

  it("take back an answer that a stop sequence left nothing of", async () => {
    const messages = [
      { role: "user", content: "a" },
      { role: "assistant", content: [] },
      { role: "user", content: "words 1" },
    ];
    expect((await stand.post("/v1/messages", ask("", { messages }))).status).toBe(200);
  });

  it("tell their timings where they are asked for, streamed too", async () => {
    const timings = expect.objectContaining({ cache_n: 3, prompt_n: 4, predicted_n: 2 }) as object;
    expect(await client.messages.create(ask("words 2", { timings: true }))).toMatchObject({ timings });
    const response = await stand.post("/v1/messages", ask("words 2", { stream: true, timings: true }));
    const [, delta] = /event: message_delta\ndata: (.*)\n/.exec(await response.text())!;
    expect(JSON.parse(delta!)).toMatchObject({ timings });
  });

  it("call tools", async () => {
    const message = await client.messages.create(ask(CALLING, { tools: [WEATHER] }));
    expect(message.stop_reason).toBe("tool_use");
    expect(message.content).toMatchObject([
      { type: "thinking", thinking: "hm" },
      { type: "text", text: "I look." },
      { type: "tool_use", id: "call0", name: "weather", input: { city: "Paris" } },
    ]);
  });

  it("are streamed to what they are whole", async () => {
    const texts: string[] = [];
    const inputs: unknown[] = [];
    const stream = client.messages
      .stream(ask(CALLING, { tools: [WEATHER] }))
      .on("text", (text) => texts.push(text))
      .on("inputJson", (_, input) => inputs.push(input));
    const { content, stop_reason, usage } = await stream.finalMessage();
    const whole = await client.messages.create(ask(CALLING, { tools: [WEATHER] }));
    expect({ content, stop_reason, usage }).toEqual({
      content: whole.content,
      stop_reason,
      usage: whole.usage,
    });
    expect(texts).toEqual(["I look."]);
    expect(inputs.at(-1)).toEqual({ city: "Paris" });
  });

  it("are streamed without a [DONE]", async () => {
    const response = await stand.post("/v1/messages", ask("words 1", { stream: true }));
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(await response.text()).toMatch(/event: message_stop\ndata: \{"type":"message_stop"\}\n\n$/);
  });

  it("go on with what an answer held", async () => {
    const first = await client.messages.create(ask(CALLING, { tools: [WEATHER] }));
    const messages: Anthropic.MessageParam[] = [
      { role: "user", content: "Paris?" },
      { role: "assistant", content: first.content },
      { role: "user", content: [{ type: "tool_result", tool_use_id: "call0", content: "echo" }] },
    ];
    const { prompt } = await echoed({ messages, tools: [WEATHER] });
    expect(JSON.parse((prompt as ChatPrompt).messages)).toEqual([
      { role: "user", content: "Paris?" },
      {
        role: "assistant",
        content: "I look.",
        reasoning_content: "hm",
        tool_calls: [
          { id: "call0", type: "function", function: { name: "weather", arguments: '{"city":"Paris"}' } },
        ],
      },
      { role: "tool", tool_call_id: "call0", content: "echo" },
    ]);
  });

  it("are continued by the client's tool runner", async () => {
    const turns: string[] = [];
    const runner = client.beta.messages.toolRunner({
      ...ask(CALLING),
      tools: [
        {
          ...WEATHER,
          type: "custom",
          run: (input: unknown) => {
            turns.push(JSON.stringify(input));
            return "words 1";
          },
          parse: (input: unknown) => input,
        },
      ],
    } as Parameters<typeof client.beta.messages.toolRunner>[0]);
    const last = await runner.runUntilDone();
    expect(turns).toEqual(['{"city":"Paris"}']);
    expect(last.content).toMatchObject([{ type: "text", text: "word0 " }]);
  });
});

describe("fields of messages", () => {
  it("reach the engine", async () => {
    const request = await echoed({
      system: [{ type: "text", text: "Be brief.", cache_control: { type: "ephemeral", ttl: "1h" } }],
      temperature: 0.5,
      top_p: 0.25,
      top_k: 7,
      stop_sequences: ["a", "b"],
      metadata: { user_id: "someone" },
      service_tier: "auto",
      thinking: { type: "disabled" },
      tools: [{ ...WEATHER, cache_control: { type: "ephemeral" } }],
      tool_choice: { type: "tool", name: "weather", disable_parallel_tool_use: true },
    });
    expect(request).toMatchObject({
      maxTokens: 100,
      stop: ["a", "b"],
      sampling: { temperature: 0.5, topP: 0.25, topK: 7 },
      constraint: null,
      prompt: { kind: "chat", toolChoice: "required", parallelToolCalls: false, thinking: false },
    });
    const { messages, tools } = request.prompt as ChatPrompt;
    expect((JSON.parse(messages) as object[])[0]).toEqual({ role: "system", content: "Be brief." });
    expect(JSON.parse(tools)).toMatchObject([
      { type: "function", function: { name: "weather", parameters: WEATHER.input_schema } },
    ]);
  });

  it("make a schema the answer's constraint", async () => {
    const schema = WEATHER.input_schema;
    const { constraint } = await echoed({ output_config: { format: { type: "json_schema", schema } } });
    expect(constraint).toMatchObject({ kind: "schema", text: JSON.stringify(schema) });
  });

  it("make a model think that can", async () => {
    const thinker = await Stand.start({ alias: "thinker" });
    const fields = { model: "thinker", max_tokens: 2000, output_config: { effort: "low" } };
    const thinking = { type: "enabled", budget_tokens: 1024 };
    const { content } = await clientOf(thinker).messages.create(ask("echo", { ...fields, thinking }));
    const { prompt } = JSON.parse((content[0] as Anthropic.TextBlock).text) as GenerateRequest;
    expect(prompt).toMatchObject({ thinking: true, reasoningEffort: "low" });
    await thinker.close();
  });

  it("may be those of the other routes besides", async () => {
    expect(await echoed({ seed: 5, min_p: 0.5, priority: 3, cache_salt: "x" })).toMatchObject({
      sampling: { seed: 5, minP: 0.5 },
      priority: 3,
      cacheSalt: "x",
    });
  });

  it("may be empty where nothing has to be said", async () => {
    const use = { type: "tool_use", id: "a", name: "f", input: {} };
    const result = { type: "tool_result", tool_use_id: "a", content: [] };
    const messages = [
      { role: "assistant", content: [use] },
      { role: "user", content: [result, { type: "text", text: "echo" }] },
    ];
    const { prompt } = await echoed({ messages, system: [] });
    expect(JSON.parse((prompt as ChatPrompt).messages)).toMatchObject([
      { role: "assistant" },
      { role: "tool", content: "" },
      { role: "user", content: "echo" },
    ]);
  });

  it("may be null where they may be left out", async () => {
    const text = { type: "text", text: "echo", cache_control: null, citations: null };
    const messages = [{ role: "user", content: [text] }];
    const nulls = { system: null, tools: null, thinking: null, cache_control: null, stop_sequences: null };
    expect((await echoed({ messages, ...nulls, tool_choice: null })).prompt).toMatchObject({ tools: "" });
  });

  const image = { type: "image", source: { type: "base64", media_type: "image/png", data: "" } };
  const user = (...content: unknown[]) => ({ messages: [{ role: "user", content }] });
  const use = { role: "assistant", content: [{ type: "tool_use", id: "a", name: "f", input: {} }] };

  it.each([
    [{ max_tokens: undefined }, "max_tokens"],
    [{ max_tokens: 0 }, "max_tokens"],
    [{ temperature: 1.1 }, "temperature"],
    [{ top_k: -1 }, "top_k"],
    [{ stop_sequences: [""] }, "stop_sequences[0]"],
    [{ stop: ["a"] }, "stop"],
    [{ n: 2 }, "n"],
    [{ container: "c" }, "container"],
    [{ mcp_servers: [{}] }, "mcp_servers"],
    [{ service_tier: "priority" }, "service_tier"],
    [{ thinking: { type: "enabled" } }, "thinking.budget_tokens"],
    [{ thinking: { type: "enabled", budget_tokens: 100 } }, "thinking.budget_tokens"],
    [{ thinking: { type: "enabled", budget_tokens: 1024 } }, "thinking.budget_tokens"],
    [{ thinking: { type: "between_tools" } }, "thinking.type"],
    [{ thinking: { type: "enabled", budget_tokens: 1024 }, max_tokens: 2000 }, "thinking"],
    [{ output_config: { effort: "low" } }, "output_config.effort"],
    [{ thinking: { type: "adaptive", display: "omitted" } }, "thinking.display"],
    [{ messages: [] }, "messages"],
    [{ messages: [{ role: "tool", content: "a" }] }, "messages[0].role"],
    [{ messages: [{ role: "user" }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: "\0" }] }, "messages[0].content"],
    [{ messages: [{ role: "user", content: [] }] }, "messages[0].content"],
    [
      {
        messages: [
          { role: "user", content: "a" },
          { role: "assistant", content: [{ ...use.content[0]!, input: { a: Array(33_000).fill(0) } }] },
          { role: "user", content: "a" },
        ],
      },
      "messages[1].content[0].input",
    ],
    [
      {
        messages: [
          { role: "user", content: "a" },
          { role: "system", content: [] },
        ],
      },
      "messages[1].content",
    ],
    [user(image), "messages[0].content[0].type"],
    [user({ type: "document" }), "messages[0].content[0].type"],
    [user({ text: "a" }), "messages[0].content[0].type"],
    [user({ type: "text" }), "messages[0].content[0].text"],
    [user({ type: "text", text: "a", citations: [{}] }), "messages[0].content[0].citations"],
    [user({ type: "text", text: "a", x: 1 }), "messages[0].content[0].x"],
    [user({ type: "tool_result", tool_use_id: "a" }), "messages[0].content[0].tool_use_id"],
    [
      {
        messages: [
          use,
          { role: "user", content: [{ type: "tool_result", tool_use_id: "a", content: [image] }] },
        ],
      },
      "messages[1].content[0].content[0].type",
    ],
    [{ messages: [{ role: "user", content: "a" }, use] }, "messages"],
    [{ tools: [{ type: "bash_20250124", name: "bash" }] }, "tools[0].type"],
    [{ tools: [{ type: "web_search_20250305", name: "web_search" }] }, "tools[0].type"],
    [{ tools: [{ name: "f" }] }, "tools[0].input_schema"],
    [{ tools: [{ ...WEATHER, input_examples: [{}] }] }, "tools[0].input_examples"],
    [{ tools: [WEATHER, WEATHER] }, "tools[1].name"],
    [{ tools: [{ ...WEATHER, input_schema: { minItems: -1 } }] }, "tools[0].input_schema.minItems"],
    [{ tools: [WEATHER], tool_choice: { type: "tool", name: "other" } }, "tool_choice.name"],
    [{ tools: [WEATHER], tool_choice: { type: "required" } }, "tool_choice.type"],
    [{ output_config: { format: { type: "text" } } }, "output_config.format.type"],
    [
      { output_config: { format: { type: "json_schema", schema: { not: {} } } } },
      "output_config.format.schema",
    ],
  ])("are refused by name: %j", async (fields, param) => {
    const response = await stand.post("/v1/messages", ask("words 1", fields));
    const { error } = (await response.json()) as { error: object };
    expect(error).toMatchObject({ type: "invalid_request_error", details: { param } });
    expect(response.status).toBe(400);
  });

  it.each([
    [{ thinking: { type: "enabled", budget_tokens: 1024 } }, "thinking"],
    [{ output_config: { effort: "low" } }, "output_config.effort"],
  ])("are refused where they are counted too, for a model that does not think: %j", async (fields, param) => {
    const { messages } = ask("words 1");
    const response = await stand.post("/v1/messages/count_tokens", { messages, ...fields });
    const { error } = (await response.json()) as { error: object };
    expect(error).toMatchObject({ details: { error_code: "thinking_not_supported", param } });
    const calm = { messages, thinking: { type: "disabled" } };
    expect((await stand.post("/v1/messages/count_tokens", calm)).status).toBe(200);
  });

  it("name the tool's kind that was refused", async () => {
    const tools = [{ type: "web_search_20250305", name: "web_search" }];
    const expected = `Expected 'tools[0].type' to be 'custom', but received "web_search_20250305".`;
    await expect(client.messages.create(ask("words 1", { tools }))).rejects.toMatchObject({
      apiMessage: expected,
    });
  });
});

describe("failures of messages", () => {
  it.each([
    ["template", 400, Anthropic.BadRequestError, "invalid_request_error", "template_failed"],
    ["toolong", 400, Anthropic.BadRequestError, "invalid_request_error", "context_length_exceeded"],
    ["broken", 500, Anthropic.InternalServerError, "api_error", "engine_failed"],
    ["exit", 503, Anthropic.InternalServerError, "overloaded_error", "engine_restarting"],
  ])("are Anthropic's: %s", async (script, status, kind, type, errorCode) => {
    const error: unknown = await client.messages.create(ask(script)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(kind);
    expect(error).toMatchObject({ status, type, errorCode });
    while ((await stand.readiness()) !== 200);
  });

  it("are Anthropic's for a model that is not there", async () => {
    const error: unknown = await client.messages
      .create(ask("words 1", { model: "other" }))
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(Anthropic.NotFoundError);
    expect(error).toMatchObject({ type: "not_found_error", errorCode: "model_not_found" });
  });

  it.each([
    ["{", "application/json", 400, "invalid_json"],
    ["{}", "text/plain", 415, "unsupported_media_type"],
    [`{"a":"${"x".repeat(9 * 1024 * 1024)}"}`, "application/json", 413, "body_too_large"],
  ])("are Anthropic's for a body that cannot be read (%#)", async (body, type, status, code) => {
    const response = await stand.post("/v1/messages", body, { headers: { "content-type": type } });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: "error", error: { details: { error_code: code } } });
  });

  it("are Anthropic's, and to be tried again, when all slots and places are taken", async () => {
    const full = await Stand.start({ parallel: 1, maxQueue: 0 });
    const first = clientOf(full)
      .messages.stream(ask("stall"))
      .on("abort", () => {});
    await new Promise<void>((resolve) => first.once("text", () => resolve()));
    const error: unknown = await clientOf(full)
      .messages.create(ask("words 1"))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.RateLimitError);
    expect(error).toMatchObject({ type: "rate_limit_error", errorCode: "queue_full" });
    expect((error as InstanceType<typeof Anthropic.APIError>).headers!.get("retry-after")).toBe("1");
    first.abort();
    await full.close();
  });

  it("end a stream that has begun", async () => {
    const stream = client.messages.stream(ask("crash"));
    await expect(stream.finalMessage()).rejects.toMatchObject({ type: "overloaded_error" });
    while ((await stand.readiness()) !== 200);
  });

  it("are Anthropic's for a key that is wrong", async () => {
    const key = newKey();
    const closed = await Stand.start({ apiKey: key });
    const open = (apiKey: string) => new Anthropic({ baseURL: closed.url, apiKey, maxRetries: 0 });
    const error: unknown = await open("wrong")
      .messages.create(ask("words 1"))
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Anthropic.AuthenticationError);
    expect(error).toMatchObject({ type: "authentication_error", errorCode: "invalid_api_key" });
    expect((error as InstanceType<typeof Anthropic.APIError>).requestID).toBeTruthy();
    expect((await open(key).messages.create(ask("words 1"))).stop_reason).toBe("end_turn");
    await closed.close();
  });

  it("name the request", async () => {
    const response = await stand.post("/v1/messages", {});
    const { request_id } = (await response.json()) as { request_id: string };
    expect(response.headers.get("request-id")).toBe(request_id);
  });
});
