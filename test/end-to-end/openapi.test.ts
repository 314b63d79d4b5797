import { afterAll, beforeAll, expect, test } from "vitest";
import { DescribedApi } from "../server/openapi/described-api.js";
import { TachoServer } from "./tacho-server.js";

let server: TachoServer;
let api: DescribedApi;
beforeAll(async () => {
  server = await TachoServer.start();
  api = await DescribedApi.of(server.url);
});
afterAll(async () => {
  await server.end();
});

const CHAT = "/v1/chat/completions";
const COMPLETION = "/v1/completions";
const user = (content: string) => [{ role: "user", content }];
const stream = { stream: true, stream_options: { include_usage: true } };

const TOOL = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather in a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

/** What the engine makes of them: texts and their ends, and its own refusals. */
const REQUESTS: [status: number, path: string, body: object][] = [
  [200, CHAT, { messages: user("What is tacho?"), temperature: 0 }],
  [200, CHAT, { messages: user("What is tacho?"), max_completion_tokens: 3, ...stream }],
  [
    200,
    CHAT,
    { messages: [{ role: "system", content: "Be short." }, ...user("Hello!")], seed: 1, top_p: 0.5 },
  ],
  [200, CHAT, { messages: user("Count to 20."), stop: [", 7"], stream: true }],
  [200, CHAT, { messages: user("What is the weather in Paris?"), tools: [TOOL], temperature: 0 }],
  [200, CHAT, { messages: user("What is the weather in Paris?"), tools: [TOOL], temperature: 0, ...stream }],
  [200, CHAT, { messages: user("Hello!"), logprobs: true, top_logprobs: 2, n: 2 }],
  [200, CHAT, { messages: user("Hello!"), logprobs: true, top_logprobs: 2, n: 2, ...stream }],
  [200, COMPLETION, { prompt: "Once upon a time", temperature: 0, logprobs: 2 }],
  [200, COMPLETION, { prompt: "Once upon a time", echo: true, max_tokens: 2 }],
  [200, COMPLETION, { prompt: ["Once", "Twice"], n: 2, logprobs: 0, stream: true }],
  [200, COMPLETION, { prompt: [40, 41, 42], max_tokens: 4, ...stream }],
  [400, CHAT, { messages: user("x ".repeat(4000)) }],
  [400, COMPLETION, { prompt: "x ".repeat(4000), stream: true }],
];

test.each(REQUESTS)("%i of %s is as described (%#)", async (status, path, body) => {
  expect(api.allows(path, body)).toBe(true);
  expect((await api.post(path, body)).status).toBe(status);
});

test("models, health and metrics are as described", async () => {
  for (const path of ["/v1/models", "/livez", "/readyz", "/health", "/metrics"])
    expect((await api.get(path)).status).toBe(200);
  expect((await api.get("/v1/models/{id}", `/v1/models/${server.model}`)).status).toBe(200);
});
