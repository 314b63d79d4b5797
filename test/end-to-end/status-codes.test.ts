import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

let server: TachoServer;
beforeAll(async () => {
  server = await TachoServer.start("--parallel", "2");
});
afterAll(async () => {
  await server.end();
});

const CHAT = "/v1/chat/completions";
const COMPLETION = "/v1/completions";
const MESSAGES = "/v1/messages";

const question = [{ role: "user", content: "What is 7 times 8?" }];
const chat = (fields: object) => ({ messages: question, max_tokens: 16, temperature: 0, ...fields });
const completion = (fields: object) => ({ prompt: "Once", max_tokens: 4, temperature: 0, ...fields });
const weather = {
  type: "function",
  function: { name: "get_weather", parameters: { type: "object", properties: { city: { type: "string" } } } },
};
const named = (name: string) => ({ type: "function", function: { name } });
const image = { type: "image_url", image_url: { url: "data:image/png;base64,iVBORw0KGgo=" } };

interface Answer {
  status: number;
  headers: Headers;
  body: {
    id?: string;
    error?: { message: string; type: string; param?: string | null; code?: string };
    choices?: {
      text?: string;
      message?: { tool_calls?: { function: { name: string } }[] };
    }[];
  };
}

async function post(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Answer["body"] };
}

/** What llama-server answers with 500, 200 or another status than clients can make use of. */
const REFUSED: [
  what: string,
  path: string,
  body: unknown,
  status: number,
  code: string,
  param: string | null,
][] = [
  ["malformed JSON", CHAT, '{"messages": [', 400, "invalid_json", null],
  ["an empty body", CHAT, "", 400, "invalid_json", null],
  ["invalid UTF-8", CHAT, Buffer.from('{"messages":"\xff"}', "latin1"), 400, "invalid_utf8", null],
  [
    "an image for a model that cannot see",
    CHAT,
    { messages: [{ role: "user", content: [image] }] },
    400,
    "invalid_value",
    "messages[0].content[0].type",
  ],
  ["no messages", CHAT, { max_tokens: 1 }, 400, "missing_parameter", "messages"],
  ["messages of another type", CHAT, chat({ messages: "hi" }), 400, "invalid_value", "messages"],
  [
    "an unknown role",
    CHAT,
    { messages: [{ role: "xx", content: "hi" }] },
    400,
    "invalid_value",
    "messages[0].role",
  ],
  ["empty messages", CHAT, chat({ messages: [] }), 400, "invalid_value", "messages"],
  ["temperature -5", CHAT, chat({ temperature: -5 }), 400, "invalid_value", "temperature"],
  ["top_p 7", CHAT, chat({ top_p: 7 }), 400, "invalid_value", "top_p"],
  ["a bias of 999", CHAT, chat({ logit_bias: { "5": 999 } }), 400, "invalid_value", "logit_bias[5]"],
  [
    "a bias for a token that does not exist",
    CHAT,
    chat({ logit_bias: { "99999": 1 } }),
    400,
    "invalid_value",
    "logit_bias",
  ],
  ["a slot", COMPLETION, completion({ id_slot: 9 }), 400, "unknown_parameter", "id_slot"],
  ["an unknown model", CHAT, chat({ model: "gpt-4" }), 404, "model_not_found", "model"],
  [
    "a prompt that is too long",
    COMPLETION,
    completion({ prompt: "x ".repeat(4000) }),
    400,
    "context_length_exceeded",
    "prompt",
  ],
  [
    "messages that are too long",
    CHAT,
    chat({ messages: [{ role: "user", content: "x ".repeat(4000) }] }),
    400,
    "context_length_exceeded",
    "messages",
  ],
  [
    "a prompt's token that does not exist",
    COMPLETION,
    completion({ prompt: [1, 999_999_999] }),
    400,
    "invalid_value",
    "prompt[1]",
  ],
  ["a negative token", COMPLETION, completion({ prompt: [-1] }), 400, "invalid_value", "prompt[0]"],
  [
    "100,000 nested arrays in a field that nobody knows",
    CHAT,
    `{"messages":[{"role":"user","content":"hi"}],"x":${"[".repeat(100_000)}${"]".repeat(100_000)}}`,
    400,
    "json_too_deep",
    null,
  ],
];

describe("an answer with its own status, code and place:", () => {
  test.each(REFUSED)("%s", async (_, path, body, status, code, param) => {
    const answer = await post(path, body);
    expect(answer.body.error).toMatchObject({ type: "invalid_request_error", code, param });
    expect(answer.status).toBe(status);
  });
});

test.each([999_999_999, 4096, -1, 2 ** 53, 1.5])("/detokenize refuses token %d by name", async (token) => {
  const answer = await post("/detokenize", { tokens: [1, token] });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({ code: "invalid_value", param: "tokens[1]" });
  expect(answer.body.error!.message).not.toMatch(/vector|range_check/);
});

describe("tool_choice", () => {
  /** Where tools are not honoured, either field may be named. */
  const expectRefusal = ({ status, body }: Answer) => {
    expect(status).toBe(400);
    expect(body.error!.param).toMatch(/^tools$|^tool_choice/);
  };

  test("of one function calls that one, or is refused by name", async () => {
    const answer = await post(CHAT, chat({ tools: [weather], tool_choice: named("get_weather") }));
    const call = answer.body.choices?.[0]!.message!.tool_calls?.[0];
    if (answer.status === 200) expect(call!.function.name).toBe("get_weather");
    else expectRefusal(answer);
  });

  test("of a function that is not among the tools is refused", async () => {
    expectRefusal(await post(CHAT, chat({ tools: [weather], tool_choice: named("nothing") })));
  });

  test("without tools is refused", async () => {
    expectRefusal(await post(CHAT, chat({ tool_choice: named("get_weather") })));
  });
});

/** Each changes the answer or is refused by its name; `honoured` looks at an answer with it. */
const HONOURED_OR_REFUSED: [field: string, value: unknown, honoured: (body: Answer["body"]) => boolean][] = [
  ["echo", true, ({ choices }) => choices![0]!.text!.startsWith("Once")],
  ["best_of", 3, ({ choices }) => choices!.length === 1],
  ["n", 3, ({ choices }) => choices!.length === 3],
  // The default model has no tokens to infill with.
  ["suffix", "the end", () => false],
  [
    "logprobs",
    2,
    ({ choices }) => Array.isArray((choices![0] as { logprobs: { tokens: unknown } }).logprobs.tokens),
  ],
];

test.each(HONOURED_OR_REFUSED)("%s is honoured, or refused by name", async (field, value, honoured) => {
  const { status, body } = await post(COMPLETION, completion({ [field]: value }));
  if (status === 200) expect(honoured(body)).toBe(true);
  else expect([status, body.error]).toMatchObject([400, { param: field }]);
});

test.each([
  ["/v1/embeddings", { input: "hello" }],
  ["/v1/rerank", { query: "a", documents: ["b"] }],
])("%s of a model that cannot is 404 or 501", async (path, body) => {
  const answer = await post(path, body);
  expect([404, 501]).toContain(answer.status);
  expect(answer.body.error!.code).toBeTruthy();
});

test.each([CHAT, COMPLETION, MESSAGES, "/tokenize", "/detokenize"])(
  "GET %s is 405 and says what is allowed",
  async (path) => {
    const response = await fetch(server.url + path);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
  },
);

describe("/v1/messages", () => {
  const message = { model: "tacho-mini", messages: question };

  test("without max_tokens is refused, in the shape that Anthropic's clients read", async () => {
    const { status, body } = await post(MESSAGES, message);
    expect([status, body]).toMatchObject([400, { type: "error", error: { type: "invalid_request_error" } }]);
    expect(body.error!.message).toContain("max_tokens");
  });

  test("gives its answers ids of their own", async () => {
    const { status, body } = await post(MESSAGES, { ...message, max_tokens: 4 });
    expect(status).toBe(200);
    expect(body.id).toMatch(/^msg_/);
  });
});
