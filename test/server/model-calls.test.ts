import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { errorOf, Stand, type ErrorBody } from "./stand.js";

let stand: Stand;

const json = async (response: Promise<Response>) => (await response).json() as Promise<never>;

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 2 });

async function refusedBy(response: Promise<Response>, status = 400): Promise<ErrorBody["error"]> {
  const answered = await response;
  expect(answered.status).toBe(status);
  return errorOf(answered);
}

const embed = (input: unknown, fields: object = {}) => stand.post("/v1/embeddings", { input, ...fields });
const rerank = (query: string, fields: object = {}) =>
  stand.post("/v1/rerank", { query, documents: ["a", "abc", { text: "ab" }], ...fields });
const tokenize = (fields: object) => stand.post("/tokenize", fields);

describe("embeddings", () => {
  beforeAll(async () => {
    stand = await Stand.start({ alias: "embedding" });
  });
  afterAll(() => stand.close());

  it("are one vector an input, in order, with the tokens that were read", async () => {
    expect(await json(embed(["abc", "", [7, 8]]))).toEqual({
      object: "list",
      data: [
        { object: "embedding", index: 0, embedding: [3, null] },
        { object: "embedding", index: 1, embedding: [0, null] },
        { object: "embedding", index: 2, embedding: [2, null] },
      ],
      model: "embedding",
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
  });

  it.each([["abcd"], [[1, 2, 3, 4]], [["abcd"]], [[[1, 2, 3, 4]]]])("take %j as one input", async (input) => {
    expect(await json(embed(input))).toMatchObject({ data: [{ index: 0, embedding: [4, null] }] });
  });

  it("are base64 when asked for", async () => {
    expect(
      await json(embed("abc", { encoding_format: "base64", user: "me", dimensions: null })),
    ).toMatchObject({
      data: [{ embedding: "b64:3" }],
    });
  });

  it("come in order from several batches", async () => {
    const input = Array.from({ length: 150 }, (_, i) => "x".repeat(i));
    const { data } = (await json(embed(input))) as { data: { index: number; embedding: number[] }[] };
    expect(data.map(({ index, embedding }) => [index, embedding[0]])).toEqual(input.map((_, i) => [i, i]));
  });

  it("have the model's dimensions, which may be named", async () => {
    expect((await embed("abc", { dimensions: 8 })).status).toBe(200);
    expect(await refusedBy(embed("abc", { dimensions: 4 }))).toMatchObject({
      code: "invalid_value",
      param: "dimensions",
      message: "Expected 'dimensions' to be 8, or to be left out for this model, but received 4.",
    });
  });

  it.each<[unknown, string]>([
    [[], "input"],
    [3, "input"],
    ["\0", "input"],
    [["a", "\ud800"], "input[1]"],
    [["a", 3], "input[1]"],
    [["a", []], "input[1]"],
    [[1, "a"], "input[1]"],
    [[1, -1], "input[1]"],
    [[[1], [1, 1.5]], "input[1][1]"],
    [[[1], [1, 4096]], "input[1][1]"],
    [[1, 4096], "input[1]"],
    [Array.from({ length: 2049 }, () => "a"), "input"],
  ])("of %j are refused by name", async (input, param) => {
    expect(await refusedBy(embed(input))).toMatchObject({ type: "invalid_request_error", param });
  });

  it.each<[object, string]>([
    [{ encoding_format: "hex" }, "encoding_format"],
    [{ dimensions: 0 }, "dimensions"],
    [{ user: 3 }, "user"],
    [{ priority: 101 }, "priority"],
    [{ input_type: "query" }, "input_type"],
  ])("with %j are refused by name", async (fields, param) => {
    expect(await refusedBy(embed("a", fields))).toMatchObject({ param });
  });

  it("of what is too long name the input", async () => {
    const input = [...Array.from({ length: 70 }, () => "a"), "toolong"];
    expect(await refusedBy(embed(input))).toMatchObject({
      code: "context_length_exceeded",
      param: "input[70]",
    });
    const tokens = Array.from({ length: 2049 }, () => 1);
    expect(await refusedBy(embed([tokens]))).toMatchObject({
      code: "context_length_exceeded",
      param: "input[0]",
      message: "'input[0]' has 2049 tokens; at most 2048 fit in this model's context of 2048.",
    });
  });

  it("of what is too long are no failures of the engine's", async () => {
    const [invalid, failed] = ["invalid", "error"].map(
      (status) => `tacho_engine_requests_total{model="embedding",status="${status}"}`,
    );
    const before = (await stand.metric(invalid!)) || 0;
    await refusedBy(embed("toolong"));
    expect([await stand.metric(invalid!), await stand.metric(failed!)]).toEqual([before + 1, 0]);
  });

  it("are all that the model does", async () => {
    for (const asked of [stand.chat("words 1"), rerank("q"), stand.post("/apply-template", chat)]) {
      expect(await refusedBy(asked, 404)).toMatchObject({ code: "model_not_supported", param: "model" });
    }
    expect(await json(tokenize({ content: "ab" }))).toMatchObject({ tokens: [97, 98] });
  });

  it("count as requests to the model", async () => {
    const before = (await stand.outcomes())["stop"]!;
    await embed("abc");
    expect((await stand.outcomes())["stop"]).toBe(before + 1);
  });
});

const chat = { messages: [{ role: "user", content: "Hi" }] };

describe("shorter embeddings", () => {
  beforeAll(async () => {
    stand = await Stand.start({ alias: "embedding-matryoshka" });
  });
  afterAll(() => stand.close());

  it("are given by models that were trained for them", async () => {
    expect(await json(embed("abc", { dimensions: 4 }))).toMatchObject({ data: [{ embedding: [3, 4] }] });
    expect(await refusedBy(embed("abc", { dimensions: 9 }))).toMatchObject({
      message: "Expected 'dimensions' to be 1 to 8 for this model, but received 9.",
    });
  });
});

describe("ranking", () => {
  beforeAll(async () => {
    stand = await Stand.start({ alias: "rerank" });
  });
  afterAll(() => stand.close());

  it("orders the documents by what they are worth", async () => {
    expect(await json(rerank("q"))).toEqual({
      id: expect.stringMatching(/^rerank-[0-9a-f]{32}$/) as string,
      object: "list",
      model: "rerank",
      results: [
        { index: 1, relevance_score: 3 },
        { index: 2, relevance_score: 2 },
        { index: 0, relevance_score: 1 },
      ],
      usage: { prompt_tokens: 6, total_tokens: 6 },
    });
  });

  it("gives the best few, with their texts", async () => {
    const asked = stand.post("/rerank", {
      ...{ query: "q", documents: ["a", { text: "ab" }], top_n: 1, return_documents: true },
    });
    expect(await json(asked)).toMatchObject({
      results: [{ index: 1, relevance_score: 2, document: { text: "ab" } }],
    });
  });

  it.each<[object, string]>([
    [{ documents: [] }, "documents"],
    [{ documents: [3] }, "documents[0]"],
    [{ documents: [{ text: "a", title: "b" }] }, "documents[0]"],
    [{ documents: ["\0"] }, "documents[0]"],
    [{ query: "\0" }, "query"],
    [{ top_n: 0 }, "top_n"],
    [{ return_documents: "yes" }, "return_documents"],
    [{ rank_fields: ["text"] }, "rank_fields"],
  ])("refuses %j by name", async (fields, param) => {
    expect(await refusedBy(rerank("q", fields))).toMatchObject({ param });
  });

  it("says that the engine failed", async () => {
    expect(await refusedBy(rerank("broken"), 500)).toMatchObject({ code: "engine_failed" });
    expect(await stand.metric('tacho_engine_requests_total{status="error"}')).toBe(1);
    expect(await refusedBy(embed("a"), 404)).toMatchObject({ code: "model_not_supported" });
  });
});

describe("a text generation model", () => {
  beforeAll(async () => {
    stand = await Stand.start();
  });
  afterAll(() => stand.close());

  it("tokenises as llama-server has it", async () => {
    expect(await json(tokenize({ content: "ab" }))).toEqual({
      tokens: [97, 98],
      count: 2,
      max_model_len: 2048,
    });
    expect(await json(tokenize({ content: "a", add_special: true }))).toMatchObject({ tokens: [94, 97] });
    expect(await json(tokenize({ content: "a", add_special_tokens: true }))).toMatchObject({ count: 2 });
    expect(await json(tokenize({ prompt: "a", add_special: false }))).toMatchObject({ count: 1 });
    expect(await json(tokenize({ content: "ab", parse_special: false }))).toMatchObject({ tokens: [98, 97] });
    expect(await json(tokenize({ content: "aé", with_pieces: true }))).toMatchObject({
      tokens: [
        { id: 97, piece: "a" },
        { id: 233, piece: "é" },
      ],
    });
  });

  it("tokenises as vLLM has it", async () => {
    expect(await json(tokenize({ prompt: "a", return_token_strs: true }))).toMatchObject({
      ...{ tokens: [94, 97], count: 2, token_strs: ["^", "a"] },
    });
    expect(await json(tokenize({ prompt: "a", add_special_tokens: false }))).toMatchObject({ count: 1 });
    const { length } = '[{"role":"user","content":"Hi"}]';
    expect(await json(tokenize(chat))).toMatchObject({ count: length });
  });

  it("turns tokens and messages into text", async () => {
    expect(await json(stand.post("/detokenize", { tokens: [97, 233] }))).toEqual({ content: "aé" });
    expect(await json(stand.post("/detokenize", { tokens: [] }))).toEqual({ content: "" });
    expect(await json(stand.post("/apply-template", chat))).toEqual({
      prompt: '<[{"role":"user","content":"Hi"}]>',
    });
  });

  it.each<[string, object, string]>([
    ["/tokenize", {}, "content"],
    ["/tokenize", { content: "a", prompt: "a" }, "content"],
    ["/tokenize", { content: "a", ...chat }, "content"],
    ["/tokenize", { content: ["a"] }, "content"],
    ["/tokenize", { ...chat, add_special: true }, "add_special"],
    ["/tokenize", { ...chat, add_special_tokens: false }, "add_special_tokens"],
    ["/tokenize", { ...chat, parse_special: true }, "parse_special"],
    ["/tokenize", { content: "a", tools: [] }, "tools"],
    ["/tokenize", { content: "a", tool_choice: "none" }, "tool_choice"],
    ["/tokenize", { content: "a", parallel_tool_calls: true }, "parallel_tool_calls"],
    ["/tokenize", { prompt: "a", reasoning_effort: "none" }, "reasoning_effort"],
    ["/tokenize", { prompt: "a", chat_template_kwargs: {} }, "chat_template_kwargs"],
    ["/tokenize", { content: "a", add_special: false, add_special_tokens: true }, "add_special_tokens"],
    ["/tokenize", { content: "a", x: 1 }, "x"],
    ["/tokenize", { content: "x".repeat(2 ** 20 + 1) }, "content"],
    ["/tokenize", { content: "a", with_pieces: "yes" }, "with_pieces"],
    ["/tokenize", { messages: [{ role: "x", content: "a" }] }, "messages[0].role"],
    ["/detokenize", {}, "tokens"],
    ["/detokenize", { tokens: "a" }, "tokens"],
    ["/detokenize", { tokens: [1, "a"] }, "tokens[1]"],
    ["/detokenize", { tokens: [1, -2] }, "tokens[1]"],
    ["/detokenize", { tokens: [1, 2, 999999999] }, "tokens[2]"],
    ["/apply-template", {}, "messages"],
    ["/apply-template", { ...chat, reasoning_effort: "low" }, "reasoning_effort"],
    [
      "/apply-template",
      { ...chat, chat_template_kwargs: { enable_thinking: true } },
      "chat_template_kwargs.enable_thinking",
    ],
    ["/tokenize", { ...chat, reasoning_effort: "low" }, "reasoning_effort"],
    [
      "/tokenize",
      { ...chat, chat_template_kwargs: { enable_thinking: true } },
      "chat_template_kwargs.enable_thinking",
    ],
    ["/apply-template", { ...chat, stream: true }, "stream"],
  ])("refuses %s of %j by name", async (path, body, param) => {
    expect(await refusedBy(stand.post(path, body))).toMatchObject({ type: "invalid_request_error", param });
  });

  it("says with what a field goes that would be ignored; null is the same as absent", async () => {
    expect((await refusedBy(tokenize({ ...chat, parse_special: true }))).message).toBe(
      "Expected 'parse_special' to be given only with 'content' or 'prompt', but received it with 'messages'.",
    );
    expect((await tokenize({ content: "a", prompt: null, tools: null })).status).toBe(200);
  });

  it("passes on what its template refuses", async () => {
    const messages = [{ role: "user", content: "template" }];
    expect(await refusedBy(stand.post("/apply-template", { messages }))).toMatchObject({
      ...{ code: "template_failed", param: "messages" },
    });
  });

  it("makes no embeddings and no scores", async () => {
    expect(await refusedBy(embed("a"), 404)).toMatchObject({
      code: "model_not_supported",
      message: "The model 'scripted' was made for text generation; this request takes one for embeddings.",
    });
    expect(await refusedBy(rerank("a"), 404)).toMatchObject({ code: "model_not_supported" });
    expect(await refusedBy(embed("a", { model: "none" }), 404)).toMatchObject({ code: "model_not_found" });
  });
});

describe("the list of models", () => {
  afterEach(() => stand.close());

  it("tells what each is for, and where it stands", async () => {
    stand = await Stand.start({ alias: "embedding", lora: "" });
    const facts = {
      ...{ id: "embedding", object: "model", owned_by: "tacho", state: "loaded", kind: "embedding" },
      ...{ dimensions: 8, context_length: 2048, vocabulary_size: 4096, parameters: 1, size_bytes: 2 ** 20 },
      ...{ backend: "cpu", libraries: "prebuilt" },
    };
    expect(await json(fetch(`${stand.url}/v1/models`))).toMatchObject({ object: "list", data: [facts] });
    expect(await json(fetch(`${stand.url}/v1/models/embedding`))).toMatchObject(facts);
    expect(await refusedBy(fetch(`${stand.url}/v1/models/other`), 404)).toMatchObject({
      code: "model_not_found",
    });
  });

  it("knows only the name before a model is loaded", async () => {
    stand = new Stand({ alias: "never-ready" });
    await stand.front.listen();
    stand.front.load().catch(() => undefined);
    const { data } = (await json(fetch(`${stand.url}/v1/models`))) as { data: object[] };
    expect(data).toEqual([
      {
        id: "never-ready",
        object: "model",
        created: expect.any(Number) as number,
        owned_by: "tacho",
        state: "loading",
      },
    ]);
  });
});

describe("a call that the engine does not answer", () => {
  afterEach(() => stand.close());

  it("is lost with the host", async () => {
    stand = await Stand.start({ alias: "embedding" });
    expect(await refusedBy(embed("crash"), 503)).toMatchObject({ code: "engine_restarting" });
    await until(async () => expect(await stand.readiness()).toBe(200));
    expect((await embed("abc")).status).toBe(200);
    expect(await stand.outcomes()).toEqual({ error: 1, stop: 1 });
  });

  it("to tokenise is counted where it is turned away, and not where the engine has heard of it", async () => {
    stand = await Stand.start({ maxQueue: 1, drainSeconds: 0.05 });
    const rejected = async (reason: string, route = "/tokenize") =>
      (await stand.metric(
        `tacho_admission_rejections_total{model="scripted",route="${route}",reason="${reason}"}`,
      )) || 0;
    expect((await tokenize({ content: "abc" })).status).toBe(200);
    // Born at zero, so that rates see the first one.
    expect(
      await stand.metric(
        'tacho_admission_rejections_total{model="scripted",route="/tokenize",reason="queue_full"}',
      ),
    ).toBe(0);
    expect(await refusedBy(tokenize({ content: "crash" }), 503)).toMatchObject({ code: "engine_restarting" });
    expect(await rejected("engine_down")).toBe(0);
    await until(async () => expect(await stand.readiness()).toBe(200));
    const answers = Array.from({ length: 4 }, () => tokenize({ content: "stall" }));
    expect(await refusedBy(Promise.race(answers), 429)).toMatchObject({ code: "queue_full" });
    expect(await rejected("queue_full")).toBe(1);
    expect(await refusedBy(stand.post("/detokenize", { tokens: [97] }), 429)).toMatchObject({
      code: "queue_full",
    });
    expect([await rejected("queue_full"), await rejected("queue_full", "/detokenize")]).toEqual([1, 1]);
    expect(await stand.outcomes()).toEqual({});
    await stand.front.drain();
    await Promise.allSettled(answers);
    // The one that waited; the engine had the others.
    expect(await rejected("draining")).toBe(1);
  });

  it("to tokenise is counted for the model that it asks", async () => {
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    stand = await Stand.start({}, undefined, [{ id: "fails" }]);
    const refused = await refusedBy(tokenize({ content: "a", model: "fails" }), 503);
    vi.restoreAllMocks();
    expect(refused.code).toBe("model_failed");
    const series = 'tacho_admission_rejections_total{model="fails",route="/tokenize",reason="engine_down"}';
    expect(await stand.metric(series)).toBe(1);
  });

  it("keeps its slot until it is answered, though its client has left; others wait", async () => {
    stand = await Stand.start({ alias: "embedding", parallel: 1, queueTimeout: 0.05 });
    const abort = new AbortController();
    const left = stand.post("/v1/embeddings", { input: "stall" }, { signal: abort.signal });
    await until(async () => expect(await stand.metric("tacho_requests_running")).toBe(1));
    abort.abort();
    await expect(left).rejects.toThrow("abort");
    await until(async () => expect(await stand.outcomes()).toEqual({ cancelled: 1 }));
    expect(await stand.metric("tacho_requests_running")).toBe(1);
    expect(await refusedBy(embed("abc"), 503)).toMatchObject({ code: "queue_timeout" });
  });

  it("waits with token ids that are counted as such, not as bytes of text", async () => {
    const limits = { parallel: 1, maxQueueTokens: 100, drainSeconds: 0.05 };
    stand = await Stand.start({ alias: "embedding", ...limits });
    const stalled = embed("stall");
    await until(async () => expect(await stand.metric("tacho_requests_running")).toBe(1));
    const ids = Array.from({ length: 60 }, (_, id) => id);
    const waiting = embed(ids);
    await until(async () => expect(await stand.metric("tacho_requests_waiting")).toBe(1));
    expect(await refusedBy(embed(ids), 429)).toMatchObject({ code: "queue_full" });
    await stand.front.drain();
    for (const lost of [stalled, waiting])
      expect(await refusedBy(lost, 503)).toMatchObject({ code: "drain_timeout" });
  });

  it("leaves the queue with its client", async () => {
    stand = await Stand.start({ alias: "embedding", parallel: 1, drainSeconds: 0.05 });
    const stalled = embed("stall");
    await until(async () => expect(await stand.metric("tacho_requests_running")).toBe(1));
    const abort = new AbortController();
    const left = stand.post("/v1/embeddings", { input: "a" }, { signal: abort.signal });
    await until(async () => expect(await stand.metric("tacho_requests_waiting")).toBe(1));
    abort.abort();
    await expect(left).rejects.toThrow("abort");
    await until(async () => expect(await stand.metric("tacho_requests_waiting")).toBe(0));
    await stand.front.drain();
    expect(await refusedBy(stalled, 503)).toMatchObject({ code: "drain_timeout" });
  });
});
