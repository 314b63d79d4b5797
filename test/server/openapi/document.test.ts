import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ERRORS } from "../../../src/server/errors.js";
import { openApiDocument, UNDOCUMENTED } from "../../../src/server/openapi/document.js";
import { Stand } from "../stand.js";
import { DescribedApi, type OpenApi } from "./described-api.js";

let stand: Stand;
let api: DescribedApi;
beforeAll(async () => {
  stand = await Stand.start({ lora: "sql=/a.gguf" }, undefined, [
    { id: "embedding-matryoshka" },
    { id: "rerank" },
  ]);
  api = await DescribedApi.of(stand.url);
});
afterAll(() => stand.close());

const CHAT = "/v1/chat/completions";
const COMPLETION = "/v1/completions";
const RESPONSE = "/v1/responses";
const MESSAGE = "/v1/messages";
const COUNT = "/v1/messages/count_tokens";
const user = (content: string) => [{ role: "user", content }];

describe("the document", () => {
  test("is OpenAPI 3.1, and describes every route", () => {
    expect(api.document.openapi).toBe("3.1.0");
    const paths = api.operations.map(({ path, method }) => `${method} ${path}`);
    expect(paths).toEqual(expect.arrayContaining([`post ${CHAT}`, "get /v1/models/{id}", "get /metrics"]));
    const without = api.operations.filter(({ operation }) => operation.summary === UNDOCUMENTED);
    expect(without.map(({ path }) => path)).toEqual([]);
  });

  test("says of a route without documentation that it has none", () => {
    const route = { method: "GET", url: "/new/:name", schema: undefined, access: undefined, docs: undefined };
    const { paths } = openApiDocument([route]) as OpenApi;
    expect(paths["/new/{name}"]!["get"]!.summary).toBe(UNDOCUMENTED);
  });

  test("names each operation once, with the names in its path and something to read", () => {
    const ids = api.operations.map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { path, operation } of api.operations) {
      const inPath = Array.from(path.matchAll(/\{(\w+)\}/g), ([, name]) => name);
      const parameters = operation.parameters?.filter((parameter) => parameter.in === "path") ?? [];
      expect(parameters.map(({ name }) => name)).toEqual(inPath);
      expect(operation.tags).toHaveLength(1);
      expect(Object.values(operation.responses).every(({ description }) => description !== "")).toBe(true);
    }
  });

  test("refers only to schemas it has", () => {
    const references = JSON.stringify(api.document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g);
    const names = new Set(Array.from(references, ([, name]) => name!));
    expect([...names].sort()).toEqual(Object.keys(api.document.components.schemas).sort());
  });

  test("tells every error that a route can have", () => {
    const text = JSON.stringify(api.operations.map(({ operation }) => operation.responses));
    // What paths and methods get that are not in the document, and what no route asks for yet.
    const others = ["unknown_url", "method_not_allowed", "admin_only"];
    const codes = Object.keys(ERRORS).filter((code) => !others.includes(code));
    expect(codes.filter((code) => !text.includes(`\`${code}\``))).toEqual([]);
  });

  test("is not served beside the metrics alone", async () => {
    const metricsPort = 20_000 + (process.pid % 20_000);
    const other = await Stand.start({ metricsPort });
    expect((await fetch(`http://127.0.0.1:${metricsPort}/openapi.json`)).status).toBe(404);
    await other.close();
  });
});

const TOOL = { type: "function", function: { name: "look", parameters: { type: "object" } } };
const FLAT_TOOL = { type: "function", name: "look", parameters: { type: "object" } };
const CLAUDE_TOOL = { name: "look", input_schema: { type: "object" } };
const PARTS = JSON.stringify([
  [{ kind: "reasoning", text: "hm" }],
  [{ kind: "content", text: "Wait." }],
  [{ kind: "tool_call", index: 0, id: "call_1", name: "look", text: "" }],
  [{ kind: "tool_call", index: 0, id: "", name: "", text: "{}" }],
]);
const LOGPROBS = JSON.stringify([
  [5, -0.1, [[6, -2]]],
  [6, null, [[5, -0.2]]],
]);

/** Bodies that are answered: the document allows each. */
const GOOD: [path: string, body: object][] = [
  [CHAT, { messages: user("words 2") }],
  [CHAT, { messages: user("words 9"), max_completion_tokens: 2 }],
  [CHAT, { messages: user("words 2"), stream: true }],
  [CHAT, { messages: user("burst"), stream: true, stream_options: { include_usage: true } }],
  [CHAT, { messages: user("crash"), stream: true }],
  [
    CHAT,
    {
      model: "sql",
      messages: [{ role: "user", content: [{ type: "text", text: "a" }] }, ...user("words 1")],
    },
  ],
  [
    CHAT,
    { messages: [{ role: "assistant", content: "a", tool_calls: [], refusal: null }, ...user("words 1")] },
  ],
  [CHAT, { messages: user("words 1"), temperature: 0, seed: 7, stop: ["x"], logit_bias: { "5": 1 }, n: 1 }],
  [
    CHAT,
    { messages: user("words 1"), temperature: null, stop: null, tools: null, n: null, logit_bias: null },
  ],
  [CHAT, { messages: user(`parts ${PARTS}`), tools: [TOOL], tool_choice: "auto" }],
  [CHAT, { messages: user(`parts ${PARTS}`), tools: [TOOL], n: 2, stream: true }],
  [CHAT, { messages: user(`logprobs ${LOGPROBS}`), logprobs: true, top_logprobs: 1 }],
  [CHAT, { messages: user(`logprobs ${LOGPROBS}`), logprobs: true, top_logprobs: 1, stream: true }],
  [CHAT, { messages: user("words 1"), response_format: { type: "json_schema", json_schema: { name: "a" } } }],
  [COMPLETION, { prompt: `logprobs ${LOGPROBS}`, logprobs: 1 }],
  [COMPLETION, { prompt: `logprobs ${LOGPROBS}`, logprobs: 0, stream: true }],
  [COMPLETION, { prompt: ["words 1", "words 2"], n: 2, best_of: 3 }],
  [COMPLETION, { prompt: "words 2" }],
  [COMPLETION, { prompt: ["words 2"], stream: true, stream_options: { include_usage: true } }],
  [COMPLETION, { prompt: [1, 2, 3], echo: false, max_tokens: null }],
  [RESPONSE, { input: "words 2" }],
  [RESPONSE, { input: user("words 9"), max_output_tokens: 2, stream: true }],
  [RESPONSE, { input: `parts ${PARTS}`, tools: [FLAT_TOOL], tool_choice: null, reasoning: null }],
  [RESPONSE, { input: `parts ${PARTS}`, tools: [{ ...FLAT_TOOL, description: null }], stream: true }],
  [RESPONSE, { input: [{ type: null, role: "user", content: "words 1", id: null, phase: null }] }],
  [RESPONSE, { input: `logprobs ${LOGPROBS}`, top_logprobs: 1, include: ["message.output_text.logprobs"] }],
  [RESPONSE, { input: "crash", stream: true }],
  [MESSAGE, { messages: user("words 2"), max_tokens: 9 }],
  [MESSAGE, { messages: user("words 9"), max_tokens: 2, stream: true, thinking: null }],
  [MESSAGE, { messages: user(`parts ${PARTS}`), max_tokens: 9, tools: [CLAUDE_TOOL] }],
  [MESSAGE, { messages: user(`parts ${PARTS}`), max_tokens: 9, tools: [CLAUDE_TOOL], stream: true }],
  [MESSAGE, { messages: user("crash"), max_tokens: 9, stream: true }],
  [COUNT, { messages: [{ role: "user", content: [{ type: "text", text: "a", cache_control: null }] }] }],
  ["/v1/embeddings", { model: "embedding-matryoshka", input: "abc", dimensions: 4 }],
  ["/v1/embeddings", { model: "embedding-matryoshka", input: ["a", [1, 2]], encoding_format: "base64" }],
  ["/v1/rerank", { model: "rerank", query: "a", documents: ["a", { text: "b" }], return_documents: true }],
  ["/rerank", { model: "rerank", query: "a", documents: ["a"], top_n: null }],
  ["/tokenize", { content: "aé", with_pieces: true }],
  ["/tokenize", { messages: user("a"), return_token_strs: true }],
  ["/detokenize", { tokens: [97, 98] }],
  ["/apply-template", { messages: user("a") }],
];

/** Bodies that the schemas refuse: the document allows none. */
const BAD: typeof GOOD = [
  [CHAT, {}],
  [CHAT, { messages: [] }],
  [CHAT, { messages: user("a"), temperature: 2.1 }],
  [CHAT, { messages: user("a"), top_p: 0 }],
  [CHAT, { messages: user("a"), stop: "" }],
  [CHAT, { messages: user("\0") }],
  [CHAT, { messages: [{ role: "robot", content: "a" }] }],
  [CHAT, { messages: [{ role: "user", content: [{ type: "image_url", image_url: {} }] }] }],
  [CHAT, { messages: user("a"), unknown: 1 }],
  [CHAT, { messages: user("a"), logit_bias: { x: 1 } }],
  [CHAT, { messages: user("a"), n: 0 }],
  [COMPLETION, { prompt: null }],
  [COMPLETION, { prompt: "a", max_tokens: -1 }],
  [RESPONSE, {}],
  [RESPONSE, { input: [{ type: "image", id: "a" }] }],
  [RESPONSE, { input: [{ role: "user", content: "a", phase: "final" }] }],
  [RESPONSE, { input: "a", background: true }],
  [MESSAGE, { messages: user("a") }],
  [MESSAGE, { messages: [{ role: "robot", content: "a" }], max_tokens: 9 }],
  [COUNT, { messages: user("a"), max_tokens: 9 }],
  ["/v1/embeddings", { input: null }],
  ["/v1/rerank", { query: "a", documents: [] }],
  ["/rerank", { query: "a" }],
  ["/tokenize", { content: 1 }],
  ["/detokenize", { tokens: "a" }],
  ["/apply-template", {}],
];

const SCHEMA_CODES =
  /"(?:error_)?code":"(invalid_value|missing_parameter|unknown_parameter|unsupported_parameter)"/;

describe("traffic", () => {
  test.each(GOOD)("%s %j is as described", async (path, body) => {
    expect(api.allows(path, body)).toBe(true);
    const answer = await api.post(path, body);
    expect(answer).toMatchObject({ status: 200 });
    await expect.poll(() => stand.readiness(), { timeout: 10_000 }).toBe(200); // One of them kills the engine.
  });

  test.each(BAD)("%s %j is refused, as described", async (path, body) => {
    expect(api.allows(path, body)).toBe(false);
    const answer = await api.post(path, body);
    expect(answer.status).toBe(400);
    expect(answer.text).toMatch(SCHEMA_CODES);
  });

  test.each([
    [404, { messages: user("a"), model: "other" }, {}],
    [400, { messages: user("template") }, {}],
    [400, { messages: user("toolong") }, {}],
    [500, { messages: user("broken") }, {}],
    [400, "{", {}],
    [413, `"${"x".repeat(9 * 1024 * 1024)}"`, {}],
    [415, "a", { headers: { "content-type": "text/plain" } }],
    [431, "a", { headers: { cookie: "x".repeat(20_000) } }],
  ] as [number, unknown, RequestInit][])("%i is as described", async (status, body, init) => {
    expect((await api.post(CHAT, body, init)).status).toBe(status);
  });

  test("401 is as described, and what is public needs no key", async () => {
    const locked = await Stand.start({ apiKey: "sk-0123456789abcdef0123456789abcdef" });
    for (const { path, method, operation } of api.operations) {
      const init = { method: method.toUpperCase(), ...(method === "post" && { body: "{}" }) };
      const response = await fetch(locked.url + path, {
        ...init,
        headers: { "content-type": "application/json" },
      });
      const isPublic = operation.security?.length === 0;
      expect((await api.check(method, path, response)).status).toBe(isPublic ? 200 : 401);
    }
    await locked.close();
  });

  test("429 and 503 are as described", async () => {
    const full = await Stand.start({ parallel: 1, maxQueue: 0 });
    const leaving = new AbortController();
    await full.chat("stall", { stream: true }, { signal: leaving.signal });
    const refused = await api.check("post", CHAT, await full.chat("words 1"));
    expect(refused.status).toBe(429);
    leaving.abort();
    await full.close();
    const loading = new Stand({ alias: "never-ready", queueTimeout: 0.05 });
    await loading.front.listen();
    loading.front.load().catch(() => undefined);
    expect((await api.check("post", CHAT, await loading.chat("a"))).status).toBe(503);
    const readiness = await api.check("get", "/readyz", await fetch(`${loading.url}/readyz`));
    expect(readiness.status).toBe(503);
    await loading.close();
  });

  test("models, health, metrics and the document itself are as described", async () => {
    for (const path of ["/v1/models", "/livez", "/readyz", "/health", "/metrics", "/openapi.json"])
      expect((await api.get(path)).status).toBe(200);
    expect((await api.get("/v1/models/{id}", "/v1/models/sql")).status).toBe(200);
    expect((await api.get("/v1/models/{id}", "/v1/models/none")).status).toBe(404);
  });

  test("responses that are kept are as described", async () => {
    const { text } = await api.post(RESPONSE, { input: "words 1" });
    const { id } = JSON.parse(text) as { id: string };
    const [path, items] = [`${RESPONSE}/{id}`, `${RESPONSE}/{id}/input_items`];
    const actual = `${RESPONSE}/${id}`;
    expect((await api.get(path, actual)).status).toBe(200);
    expect((await api.get(path, `${actual}?stream=true`)).status).toBe(400);
    expect((await api.get(items, `${actual}/input_items?limit=1`)).status).toBe(200);
    expect((await api.ask("delete", path, actual)).status).toBe(200);
    expect((await api.ask("delete", path, actual)).status).toBe(404);
  });

  test.each([
    [400, MESSAGE, { messages: user("a"), max_tokens: 9, thread: {} }],
    [404, MESSAGE, { messages: user("a"), max_tokens: 9, model: "other" }],
    [400, COUNT, "{"],
    [400, RESPONSE, { input: "a", previous_response_id: "none" }],
    [404, "/v1/embeddings", { input: "a" }],
    [404, "/v1/rerank", { query: "a", documents: ["a"] }],
    [400, "/tokenize", {}],
    [400, "/detokenize", { tokens: [-1] }],
    [400, "/apply-template", { messages: user("template") }],
  ] as [number, string, unknown][])("%i of %s %j is as described", async (status, path, body) => {
    expect((await api.post(path, body)).status).toBe(status);
  });

  test("saw what 200 brings on every route", () => {
    const described = api.operations.flatMap(({ path, method, operation }) =>
      Object.keys(operation.responses["200"]!.content).map(
        (media) => `${method.toUpperCase()} ${path} 200 ${media}`,
      ),
    );
    const ofMetrics = (kind: string) => kind.startsWith("GET /metrics 200 application/");
    expect(described.filter((kind) => !api.seen.has(kind) && !ofMetrics(kind))).toEqual([]);
  });
});
