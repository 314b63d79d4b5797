import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { EngineSettings, GenerateRequest } from "../../src/engine/messages.js";
import { errorOf, eventsOf, Stand } from "./stand.js";

let stand: Stand;
let openai: OpenAI;

beforeAll(async () => {
  stand = await Stand.start({ modelsDirectory: "/models" });
  openai = new OpenAI({ baseURL: `${stand.url}/v1`, apiKey: "none", maxRetries: 0 });
});
afterAll(() => stand.close());

const user = (content: string) => [{ role: "user" as const, content }];
const usage = (completion: number) => ({
  prompt_tokens: 7,
  completion_tokens: completion,
  total_tokens: 7 + completion,
  prompt_tokens_details: { cached_tokens: 3 },
});

/** The engine's request, as the scripted host received it. */
async function echoed(fields: object): Promise<GenerateRequest> {
  const response = await stand.post("/v1/chat/completions", { messages: user("echo"), ...fields });
  const body = (await response.json()) as OpenAI.ChatCompletion;
  return JSON.parse(body.choices[0]!.message.content!) as GenerateRequest;
}

describe("chat completions", () => {
  it("answers whole, in OpenAI's shape", async () => {
    const answer = await openai.chat.completions.create({ model: "scripted", messages: user("words 2") });
    expect(answer).toMatchObject({
      object: "chat.completion",
      model: "scripted",
      system_fingerprint: expect.stringMatching(/^tacho-\d/) as string,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "word0 word1 ", refusal: null },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: usage(2),
    });
    expect(answer.id).toMatch(/^chatcmpl-[0-9a-f]{32}$/);
    expect(Math.abs(answer.created - Date.now() / 1000)).toBeLessThan(5);
  });

  it("does not say 'tool_calls' when a stop string cut the call", async () => {
    const tool = { type: "function" as const, function: { name: "weather", parameters: {} } };
    const request = { model: "scripted", messages: user("cutcall"), tools: [tool] };
    const finish = async (stop: string[]) =>
      (await openai.chat.completions.create({ ...request, stop })).choices[0]!.finish_reason;
    expect(await finish(["}"])).toBe("stop");
    // One of the template's own.
    expect(await finish([])).toBe("tool_calls");
  });

  it("refuses more choices than could ever wait", async () => {
    const small = await Stand.start({ parallel: 1, maxQueue: 2 });
    expect((await small.chat("words 1", { n: 3 })).status).toBe(200);
    const refused = await small.chat("words 1", { n: 4 });
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toMatchObject({ code: "invalid_value", param: "n" });
    await small.close();
  });

  it("says 'length' when max_tokens ended it", async () => {
    const request = { model: "scripted", messages: user("words 9"), max_completion_tokens: 4 };
    const answer = await openai.chat.completions.create(request);
    expect(answer.choices[0]!.finish_reason).toBe("length");
    expect(answer.usage!.completion_tokens).toBe(4);
  });

  it("streams a role, the texts and a finish reason", async () => {
    const stream = await openai.chat.completions.create({
      model: "scripted",
      messages: user("words 2"),
      stream: true,
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0])).toEqual([
      { index: 0, delta: { role: "assistant", content: "" }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: "word0 " }, logprobs: null, finish_reason: null },
      { index: 0, delta: { content: "word1 " }, logprobs: null, finish_reason: null },
      { index: 0, delta: {}, logprobs: null, finish_reason: "stop" },
    ]);
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    expect(chunks.map((chunk) => chunk.object)).toEqual(Array(4).fill("chat.completion.chunk"));
    expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
  });

  it("adds usage to a stream when asked: null in the chunks, the figures in a last one", async () => {
    const response = await stand.chat("words 1", { stream: true, stream_options: { include_usage: true } });
    const events = await eventsOf(response);
    expect(events.pop()).toBe("[DONE]");
    const chunks = events.map((event) => JSON.parse(event) as OpenAI.ChatCompletionChunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: usage(1) });
    expect(chunks.slice(0, -1).every((chunk) => chunk.usage === null)).toBe(true);
  });

  it("keeps every character, and skips empty texts", async () => {
    const response = await stand.chat("burst", { stream: true });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    const events = await eventsOf(response);
    const chunks = events.slice(1, -2).map((event) => JSON.parse(event) as OpenAI.ChatCompletionChunk);
    expect(chunks.map((chunk) => chunk.choices[0]!.delta.content)).toEqual(["Grüße\n", '"🌍"']);
  });

  it("serves 32 at once", async () => {
    const ask = () => openai.chat.completions.create({ model: "scripted", messages: user("words 5") });
    const answers = await Promise.all(Array.from({ length: 32 }, ask));
    expect(answers.every(({ choices }) => choices[0]!.message.content!.endsWith("word4 "))).toBe(true);
    expect(new Set(answers.map(({ id }) => id)).size).toBe(32);
  });

  it("accepts its own answer as a message of the next question", async () => {
    const first = await openai.chat.completions.create({ model: "scripted", messages: user("words 1") });
    const messages = [...user("words 1"), first.choices[0]!.message, ...user("words 3")];
    const second = await openai.chat.completions.create({ model: "scripted", messages });
    expect(second.usage!.completion_tokens).toBe(3);
  });
});

describe("completions", () => {
  it("answers whole, in OpenAI's shape", async () => {
    const answer = await openai.completions.create({ model: "scripted", prompt: "words 2" });
    expect(answer).toMatchObject({
      object: "text_completion",
      choices: [{ index: 0, text: "word0 word1 ", logprobs: null, finish_reason: "stop" }],
      usage: usage(2),
    });
    expect(answer.id).toMatch(/^cmpl-/);
  });

  it("streams", async () => {
    const stream = await openai.completions.create({
      model: "scripted",
      prompt: ["words 2"],
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks.map((chunk) => chunk.choices[0]?.text)).toEqual(["word0 ", "word1 ", "", undefined]);
    expect(chunks.at(-1)!.usage).toEqual(usage(2));
  });

  it("counts no token where it shows none: the engine computes one behind each prompt", async () => {
    const fields = { echo: true, max_tokens: 0 };
    const whole = await (await stand.complete("words 3", fields)).json();
    expect(whole).toMatchObject({
      choices: [{ text: "words 3" }],
      usage: { prompt_tokens: 7, completion_tokens: 0, total_tokens: 7 },
    });
    const streaming = { ...fields, stream: true, stream_options: { include_usage: true } };
    const events = await eventsOf(await stand.complete("words 3", streaming));
    expect(JSON.parse(events.at(-2)!)).toMatchObject({ usage: { completion_tokens: 0, total_tokens: 7 } });
  });

  it("generates 16 tokens unless told otherwise, as OpenAI does", async () => {
    const answer = await openai.completions.create({ model: "scripted", prompt: "words 99" });
    expect(answer.usage!.completion_tokens).toBe(16);
  });
});

describe("the engine's request", () => {
  it("carries OpenAI's defaults", async () => {
    const request = await echoed({});
    expect(request).toMatchObject({
      maxTokens: null,
      stop: [],
      ignoreEos: false,
      priority: 0,
      cacheSalt: "",
      adapter: "",
      logprobs: null,
      sampling: {
        temperature: 1,
        topP: 1,
        topK: 0,
        minP: 0,
        seed: null,
        presencePenalty: 0,
        frequencyPenalty: 0,
        repeatPenalty: 1,
        logitBias: [],
      },
    });
  });

  it("carries what the client set", async () => {
    const request = await echoed({
      max_tokens: 5,
      stop: ["a", "\n"],
      ignore_eos: true,
      temperature: 0,
      top_p: 0.5,
      top_k: 40,
      min_p: 0.05,
      seed: 4_000_000_000,
      presence_penalty: -1,
      frequency_penalty: 2,
      repeat_penalty: 1.1,
      logit_bias: { "17": -100, "4095": 1.5 },
    });
    expect(request).toMatchObject({
      maxTokens: 5,
      stop: ["a", "\n"],
      ignoreEos: true,
      priority: 0,
      cacheSalt: "",
      adapter: "",
      logprobs: null,
      sampling: {
        temperature: 0,
        topP: 0.5,
        topK: 40,
        minP: 0.05,
        seed: 4_000_000_000,
        presencePenalty: -1,
        frequencyPenalty: 2,
        repeatPenalty: 1.1,
        logitBias: [
          [17, -100],
          [4095, 1.5],
        ],
      },
    });
  });

  it("takes null for absent", async () => {
    const names = [
      "max_tokens",
      "stop",
      "seed",
      "temperature",
      "logit_bias",
      "stream",
      "stream_options",
      "tools",
      "n",
    ];
    const request = await echoed(Object.fromEntries(names.map((name) => [name, null])));
    expect(request).toMatchObject({ maxTokens: null, stop: [], sampling: { seed: null, temperature: 1 } });
  });

  it("has roles and parts as they came: what a template reads of them, llama.cpp knows", async () => {
    const parts = [
      { type: "text", text: "a" },
      { type: "text", text: "b" },
    ];
    const before = [
      { role: "developer", content: "Be short." },
      { role: "assistant", content: parts },
    ];
    const request = await echoed({ messages: [before[0], { ...before[1], refusal: null }, ...user("echo")] });
    const { messages } = request.prompt as { messages: string };
    expect(JSON.parse(messages)).toEqual([...before, ...user("echo")]);
  });

  it("has its priority and its cache's salt", async () => {
    expect(await echoed({ priority: -100, cache_salt: "tenant 7" })).toMatchObject({
      priority: -100,
      cacheSalt: "tenant 7",
    });
    expect(await echoed({ priority: null, cache_salt: null })).toMatchObject({ priority: 0, cacheSalt: "" });
  });

  it("has the arrival on the clock that all processes share", async () => {
    const before = process.hrtime()[0];
    const { arrivedAt } = await echoed({});
    expect(arrivedAt).toBeGreaterThanOrEqual(before);
    expect(arrivedAt).toBeLessThan(before + 30);
  });

  it("has token ids as they came", async () => {
    const response = await stand.complete([1, 2, 4095]);
    const body = (await response.json()) as OpenAI.Completion;
    const request = JSON.parse(body.choices[0]!.text) as GenerateRequest;
    expect(request.prompt).toEqual({ kind: "tokens", tokens: [1, 2, 4095] });
  });
});

describe("the engine's settings", () => {
  const engineSettings = async (of: Stand) => {
    const body = (await (await of.complete("settings")).json()) as OpenAI.Completion;
    return JSON.parse(body.choices[0]!.text) as EngineSettings;
  };

  it("are the server's, with the model as it was found", async () => {
    const started = await engineSettings(stand);
    expect(started).toMatchObject({ model: "none", download: false, modelId: "scripted", slots: 2 });
    expect(started).toMatchObject({ modelsDirectory: "/models", telemetryPath: stand.telemetry.path });
    expect(started).toMatchObject({ speculation: "off", draftModel: "", adapters: [], replicas: 1 });
  });

  it("name what was chosen for speed", async () => {
    const chosen = {
      flashAttention: "on",
      cacheTypeK: "q8_0",
      cacheTypeV: "q4_0",
      draftTokens: 3,
      prioritySeconds: 2,
      prefillMultiple: 3,
    } as const;
    const other = await Stand.start({ ...chosen, draftModel: "/draft.gguf", replicas: 3 });
    expect(await engineSettings(other)).toMatchObject({ ...chosen, speculation: "draft", replicas: 3 });
    await other.close();
  });
});

describe("models", () => {
  it("lists the served one, and finds it by name", async () => {
    const { data } = await openai.models.list();
    expect(data).toMatchObject([{ id: "scripted", object: "model", owned_by: "tacho" }]);
    expect(await openai.models.retrieve("scripted")).toMatchObject({ id: "scripted" });
    await expect(openai.models.retrieve("other")).rejects.toMatchObject({
      status: 404,
      code: "model_not_found",
    });
  });
});

describe("adapters", () => {
  let served: Stand;
  beforeAll(async () => {
    served = await Stand.start({ lora: "sql=/a.gguf,poems=/b.gguf:0.5" });
  });
  afterAll(() => served.close());

  const answer = async (fields: object) => {
    const response = await served.chat("echo", fields);
    return (await response.json()) as OpenAI.ChatCompletion;
  };
  const request = ({ choices }: OpenAI.ChatCompletion) =>
    JSON.parse(choices[0]!.message.content!) as GenerateRequest;

  it("are given to the engine", async () => {
    const { adapters } = JSON.parse(
      ((await (await served.complete("settings")).json()) as OpenAI.Completion).choices[0]!.text,
    ) as EngineSettings;
    expect(adapters).toEqual([
      { name: "sql", path: "/a.gguf", scale: 1 },
      { name: "poems", path: "/b.gguf", scale: 0.5 },
    ]);
  });

  it("are listed as models whose parent is the model", async () => {
    const client = new OpenAI({ baseURL: `${served.url}/v1`, apiKey: "none", maxRetries: 0 });
    const { data } = await client.models.list();
    expect(data.map((model) => [model.id, (model as { parent?: string }).parent])).toEqual([
      ["scripted", undefined],
      ["sql", "scripted"],
      ["poems", "scripted"],
    ]);
    expect(await client.models.retrieve("poems")).toMatchObject({ id: "poems", parent: "scripted" });
  });

  it.each([
    ["sql", "sql"],
    ["poems", "poems"],
    ["scripted", ""],
    [undefined, ""],
  ])("are chosen by the name of the model: %s", async (model, adapter) => {
    const whole = await answer({ model });
    expect(request(whole).adapter).toBe(adapter);
    expect(whole.model).toBe(model ?? "scripted");
  });

  it("that do not exist are refused, with the names that do", async () => {
    const response = await served.chat("echo", { model: "scripted:sql" });
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({
      code: "model_not_found",
      param: "model",
      message: "The model 'scripted:sql' does not exist; this server serves 'scripted', 'sql', 'poems'.",
    });
  });
});
