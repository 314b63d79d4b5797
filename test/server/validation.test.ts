import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BODY_LIMIT_BYTES, DEPTH_LIMIT, NODE_LIMIT } from "../../src/server/json-body.js";
import { errorOf, Stand } from "./stand.js";

let stand: Stand;
beforeAll(async () => {
  stand = await Stand.start();
});
afterAll(() => stand.close());

type Path = "/v1/chat/completions" | "/v1/completions";
const CHAT = "/v1/chat/completions";
const COMPLETION = "/v1/completions";

const base: Record<Path, object> = {
  [CHAT]: { messages: [{ role: "user", content: "words 1" }] },
  [COMPLETION]: { prompt: "words 1" },
};

const call = { id: "1", type: "function", function: { name: "f", arguments: "{}" } };
const tool = (name: string, parameters: object = {}) => ({
  type: "function",
  function: { name, parameters },
});
const many = (count: number) => Array.from({ length: count }, (_, i) => i);

/** Field, values that are no good, and the param that the error names (the field, unless said otherwise). */
const both: [field: string, bad: unknown[], param?: string][] = [
  ["model", [3, ["scripted"], "x".repeat(257)]],
  ["temperature", [-0.1, 2.1, "1", true, []]],
  ["top_p", [0, 1.1, -1, "1"]],
  ["top_k", [-1, 1.5, "4", 2 ** 31]],
  ["min_p", [-0.1, 1.1, "0"]],
  ["seed", [1.5, "1", 2 ** 53]],
  ["presence_penalty", [-2.1, 2.1, "0"]],
  ["frequency_penalty", [-2.1, 2.1, "0"]],
  ["repeat_penalty", [0, 2.1, "1"]],
  ["max_tokens", [0, -1, 1.5, "5", 2 ** 31]],
  ["typical_p", [0, 1.1, "1"]],
  ["xtc_probability", [-0.1, 1.1, "0"]],
  ["xtc_threshold", [-0.1, 1.1, "0"]],
  ["dry_multiplier", [-1, 101, "0"]],
  ["dry_base", [0.5, 101, "2"]],
  ["dry_allowed_length", [-1, 1.5, "2"]],
  ["dry_penalty_last_n", [-2, 1.5, "2"]],
  ["dry_sequence_breakers", ["\n", many(17).map(String)]],
  ["dry_sequence_breakers", [[""], ["x".repeat(41)], ["\0"]], "dry_sequence_breakers[0]"],
  ["mirostat", [3, -1, "1", true]],
  ["mirostat_tau", [-1, 101, "5"]],
  ["mirostat_eta", [-1, 1.1, "0"]],
  ["timings", [1, "true"]],
  ["timeout_ms", [0, 1.5, "5", 86_400_001]],
  ["grammar", [3, "", "x".repeat(65_537)]],
  ["json_schema", [3, "{}", []]],
  ["json_schema", [{ multipleOf: 2 }], "json_schema"],
  ["json_schema", [{ enum: ["\ud800"] }, { const: "\0" }]],
  ["json_schema", [{ type: "array", minItems: 1e9 }], "json_schema.minItems"],
  ["json_schema", [{ $ref: "https://example.org/schema.json" }], "json_schema"],
  ["regex", [3, "", "x".repeat(4097)]],
  ["choice", ["a", [], many(1025).map(String)]],
  ["choice", [[""], [3]], "choice[0]"],
  ["metadata", ["x", Object.fromEntries(many(17).map((key) => [key, ""]))]],
  ["metadata", [{ a: 1 }], "metadata.a"],
  ["logit_bias", [[], "x", { x: 1 }, { "-1": 1 }, { "01": 1 }, { "4096": 1 }]],
  ["logit_bias", [Object.fromEntries(many(1025).map((id) => [id, 0]))]],
  ["logit_bias", [{ "5": 101 }, { "5": -101 }, { "5": "1" }], "logit_bias[5]"],
  ["stop", ["", "x".repeat(257), 3, many(17).map(String), "\0", "\ud800"]],
  ["stop", [[""], ["x".repeat(257)], [3]], "stop[0]"],
  ["priority", [-101, 101, 1.5, "1", true]],
  ["cache_salt", [3, "x".repeat(257), "\0", "\ud800", ["a"]]],
  ["stream", ["true", 1, {}]],
  ["stream_options", [{}, { include_usage: true }, "x"]],
  ["ignore_eos", ["true", 1]],
  ["user", [3, "x".repeat(257)]],
  ["safety_identifier", [3, "x".repeat(257)]],
  ["n", [0, 129, "1"]],
];

const chat: typeof both = [
  ["messages", ["hi", {}, [], many(4097).map(() => ({ role: "user", content: "" }))]],
  ["messages", [["hi"], [3]], "messages[0]"],
  [
    "messages",
    [[{ content: "hi" }], [{ role: "xx", content: "hi" }], [{ role: "function", content: "hi" }]],
    "messages[0].role",
  ],
  ["messages", [[{ role: "user" }], [{ role: "user", content: null }]], "messages[0].content"],
  ["messages", [[{ role: "user", content: 3 }], [{ role: "user", content: "\0" }]], "messages[0].content"],
  ["messages", [[{ role: "user", content: "\udc00" }]], "messages[0].content"],
  ["messages", [[{ role: "user", content: "a", name: "bob" }]], "messages[0].name"],
  ["messages", [[{ role: "user", content: "a", x: 1 }]], "messages[0].x"],
  ["messages", [[{ role: "assistant", content: "a", tool_calls: [{}] }]], "messages[0].tool_calls[0].id"],
  ["messages", [[{ role: "assistant", tool_calls: [] }]], "messages[0].content"],
  [
    "messages",
    [[{ role: "assistant", tool_calls: [{ ...call, function: { name: "f", arguments: "{" } }] }]],
    "messages[0].tool_calls[0].function.arguments",
  ],
  [
    "messages",
    ["[".repeat(65) + "]".repeat(65), `[${"0,".repeat(2 ** 15)}0]`].map((text) => [
      { role: "assistant", tool_calls: [{ ...call, function: { name: "f", arguments: text } }] },
    ]),
    "messages[0].tool_calls[0].function.arguments",
  ],
  [
    "messages",
    [
      many(2).map(() => ({
        role: "assistant",
        tool_calls: [{ ...call, function: { name: "f", arguments: `[${"0,".repeat(2 ** 14)}0]` } }],
      })),
    ],
    "messages[1].tool_calls[0].function.arguments",
  ],
  ["messages", [[{ role: "user", content: "a", tool_calls: [call] }]], "messages[0].tool_calls"],
  ["messages", [[{ role: "user", content: "a", reasoning_content: "b" }]], "messages[0].reasoning_content"],
  ["messages", [[{ role: "tool", content: "a" }]], "messages[0].tool_call_id"],
  ["messages", [[{ role: "user", content: "a", tool_call_id: "b" }]], "messages[0].tool_call_id"],
  [
    "messages",
    [[{ role: "user", content: [{ type: "image_url", image_url: { url: "data:" } }] }]],
    "messages[0].content[0].type",
  ],
  ["messages", [[{ role: "user", content: [{ type: "text", text: 3 }] }]], "messages[0].content[0].text"],
  ["messages", [[{ role: "user", content: [{ type: "text" }] }]], "messages[0].content[0].text"],
  ["max_completion_tokens", [0, 1.5, "5"]],
  ["tools", [{}, "x", many(129).map((id) => tool(`f${id}`))]],
  ["tools", [[{ type: "function" }]], "tools[0].function"],
  ["tools", [[{ type: "custom", custom: { name: "f" } }]], "tools[0].type"],
  ["tools", [[tool("f g")], [tool("x".repeat(65))]], "tools[0].function.name"],
  ["tools", [[tool("f"), tool("f")]], "tools[1].function.name"],
  ["tools", [[tool("f", { properties: 3 })]], "tools[0].function.parameters.properties"],
  ["tool_choice", ["any", 3]],
  ["tool_choice", [{ type: "function", function: { name: "f" } }], "tool_choice.function.name"],
  ["tool_choice", ["required"], "tools"],
  ["parallel_tool_calls", ["no", 1]],
  ["chat_template_kwargs", ["x"]],
  ["chat_template_kwargs", [{ x: 1 }], "chat_template_kwargs.x"],
  ["functions", [[{}]]],
  ["function_call", ["auto"]],
  ["response_format", ["text"]],
  ["response_format", [{ type: "json_schema", json_schema: {} }], "response_format.json_schema.name"],
  ["logprobs", ["yes", 1]],
  ["top_logprobs", [0, 5, 21]],
  ["reasoning_effort", ["low", "much"]],
  ["verbosity", ["low"]],
  ["modalities", [["text", "audio"]]],
  ["audio", [{}]],
  ["prediction", [{}], "prediction.type"],
  ["web_search_options", [{}]],
  ["store", [true]],
  ["service_tier", ["flex"]],
  ["stream_options", [{ include_usage: "yes" }], "stream_options.include_usage"],
  ["stream_options", [{ include_obfuscation: true }], "stream_options.include_obfuscation"],
];

const completion: typeof both = [
  ["prompt", [3, {}, [], "\0", "\ud800 x", many(129).map(String)]],
  ["prompt", [[1.5], [-1], [[]], [null]], "prompt[0]"],
  [
    "prompt",
    [
      [1, "a"],
      ["a", 1],
    ],
    "prompt[1]",
  ],
  ["prompt", [[[1], [1, "a"]]], "prompt[1][1]"],
  ["prompt", [["\0"], ["\ud800 x"]], "prompt[0]"],
  ["prompt", [[1, 4096]], "prompt[1]"],
  ["prompt", [[[1], [1, 4096]]], "prompt[1][1]"],
  ["prompt", [[[1], many(2048)]], "prompt[1]"],
  [
    "prompt",
    [
      [1, 2, null],
      [1, 2, [3]],
      [1, 2, {}],
    ],
    "prompt[2]",
  ],
  ["prompt", [many(2 ** 20 + 1)]],
  ["best_of", [0, 21, "1"]],
  ["echo", ["yes", 1]],
  ["suffix", ["x", 3, "\0"]],
  ["logprobs", [true, 21, -1]],
  ["max_completion_tokens", [5]],
  ["messages", [[]]],
];

const table: [Path, string, unknown, string][] = [
  ...([CHAT, COMPLETION] as const).map((path) => [path, both] as const),
  [CHAT, chat] as const,
  [COMPLETION, completion] as const,
].flatMap(([path, rows]) =>
  rows.flatMap(([field, bad, param = field]) =>
    bad.map((value): [Path, string, unknown, string] => [path, field, value, param]),
  ),
);

function short(value: unknown): string {
  return JSON.stringify(value).slice(0, 50);
}

describe("a field that is no good is refused by name", () => {
  it.each(table.map(([path, field, value, param]) => ({ path, field, value, param, shown: short(value) })))(
    "$path $field $shown",
    async ({ path, field, value, param }) => {
      const response = await stand.post(path, { ...base[path], [field]: value });
      expect(response.status).toBe(400);
      const error = await errorOf(response);
      expect(error).toMatchObject({ type: "invalid_request_error", param });
      expect(error.message).toContain(param.split(/[.[]/, 1)[0]);
      expect(error.message.split("\n")).toHaveLength(1);
      expect(error.message.length).toBeLessThan(300);
    },
  );

  it("counts each as invalid, and hands none to the engine", async () => {
    const before = await stand.outcomes();
    await stand.chat("words 1", { temperature: 3 });
    expect(await stand.outcomes()).toEqual({ ...before, invalid: (before["invalid"] ?? 0) + 1 });
    expect(await stand.metric("tacho_requests_running")).toBe(0);
  });
});

describe("messages of errors", () => {
  it.each([
    [
      { temperature: 7 },
      "invalid_value",
      "Expected 'temperature' to be a number from 0 to 2, but received 7.",
    ],
    [{ foo: 1 }, "unknown_parameter", "Unrecognized request argument: foo."],
    [
      { functions: [1] },
      "unsupported_parameter",
      "'functions' is not supported yet: leave it out, or send [] or null (received [1]).",
    ],
    [{ tools: [1] }, "invalid_value", "Expected 'tools[0]' to be an object, but received 1."],
    [
      { grammar: "root ::= a", regex: "a" },
      "conflicting_parameters",
      "Expected only one of 'grammar' and 'regex', but received both.",
    ],
    [{ messages: undefined }, "missing_parameter", "Missing required parameter: 'messages'."],
    [
      { reasoning_effort: "none", chat_template_kwargs: { enable_thinking: true } },
      "conflicting_parameters",
      `Expected only one of 'reasoning_effort': "none" and 'chat_template_kwargs.enable_thinking': true, but received both.`,
    ],
    [
      { max_tokens: 1, max_completion_tokens: 1 },
      "conflicting_parameters",
      "Expected only one of 'max_tokens' and 'max_completion_tokens', but received both.",
    ],
  ])("%j", async (fields, code, message) => {
    expect(await errorOf(await stand.chat("words 1", fields))).toMatchObject({ code, message });
  });

  it.each([
    [{ ["x".repeat(5000)]: 1 }, "unknown_parameter"],
    [{ logit_bias: { ["x".repeat(5000)]: 1 } }, "invalid_value"],
    [{ stop: ["x".repeat(5000)] }, "invalid_value"],
    [{ stream_options: { ["x".repeat(5000)]: 1 } }, "unknown_parameter"],
    [{ temperature: [["x".repeat(5000)]] }, "invalid_value"],
  ])("stay short whatever came (%#)", async (fields, code) => {
    const error = await errorOf(await stand.chat("words 1", fields));
    expect(error.code).toBe(code);
    expect(JSON.stringify(error).length).toBeLessThan(400);
  });

  it("names an unknown model, with 404", async () => {
    const response = await stand.chat("words 1", { model: "gpt-4" });
    expect(response.status).toBe(404);
    expect(await errorOf(response)).toMatchObject({ code: "model_not_found", param: "model" });
  });
});

describe("token ids", () => {
  it("are counted before the engine hears of them", async () => {
    const response = await stand.complete(many(2048));
    expect(response.status).toBe(400);
    expect(await errorOf(response)).toMatchObject({
      code: "context_length_exceeded",
      param: "prompt",
      message: "The prompt has 2048 tokens; at most 2047 fit in this model's context of 2048.",
    });
    expect((await stand.complete(many(2047))).status).toBe(200);
  });
});

describe("what the engine refuses", () => {
  it.each([
    ["toolong", 400, "context_length_exceeded", "messages"],
    ["nonsense", 400, "invalid_prompt", "messages"],
    ["template", 400, "template_failed", "messages"],
    ["broken", 500, "engine_failed", null],
  ])("%s", async (script, status, code, param) => {
    for (const stream of [false, true]) {
      const response = await stand.chat(script, { stream });
      expect(response.status).toBe(status);
      expect(await errorOf(response)).toMatchObject({ code, param });
    }
  });
});

describe("a body that is no JSON object", () => {
  const nested = (depth: number) => `{"foo":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;

  it.each([
    ["malformed", '{"messages":', "invalid_json"],
    ["empty", "", "invalid_json"],
    [
      "a number that overflows",
      '{"messages":[{"role":"user","content":"hi"}],"temperature":1e400}',
      "invalid_value",
    ],
    ["an array", "[]", "invalid_value"],
    ["null", "null", "invalid_value"],
    ["invalid UTF-8", Buffer.from('{"messages":"\xff"}', "latin1"), "invalid_utf8"],
    ["deep", nested(DEPTH_LIMIT + 1), "json_too_deep"],
    ["100,000 levels deep", "[".repeat(100_000), "json_too_deep"],
    ["too many objects", `[${"{},".repeat(NODE_LIMIT)}{}]`, "json_too_large"],
    ["too many members", `{${'"":1,'.repeat(NODE_LIMIT)}"":1}`, "json_too_large"],
    ["just not too many members", `{${'"":1,'.repeat(NODE_LIMIT - 2)}"":1}`, "missing_parameter"],
    ["just not too deep", nested(DEPTH_LIMIT), "missing_parameter"],
    ["brackets in a string", `{"foo":"${"[".repeat(1000)}\\""}`, "missing_parameter"],
    ["__proto__", '{"__proto__":{"stream":true}}', "invalid_json"],
    ["an escaped __proto__", '{"\\u005f_proto__":{"stream":true}}', "invalid_json"],
    ["constructor.prototype", '{"constructor":{"prototype":{}}}', "invalid_json"],
  ])("%s", async (_, body, code) => {
    const response = await stand.post(CHAT, body);
    expect(response.status).toBe(400);
    expect((await errorOf(response)).code).toBe(code);
  });

  it("is refused with 413 when it is too large", async () => {
    const response = await stand.complete("x".repeat(BODY_LIMIT_BYTES));
    expect(response.status).toBe(413);
    // While most of it is still on its way: a connection closed now would reset before the answer is read.
    expect(response.headers.get("connection")).toBe("keep-alive");
    expect(await errorOf(response)).toMatchObject({ code: "body_too_large", type: "invalid_request_error" });
  });

  it("is refused with 415 when it says to be something else", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      const response = await stand.post(CHAT, "{}", { headers: { "content-type": type } });
      expect(response.status).toBe(415);
      expect((await errorOf(response)).message).toContain(type);
    }
  });
});

describe("requests beside the routes", () => {
  it.each([
    ["GET", CHAT, 405, "POST"],
    ["DELETE", COMPLETION, 405, "POST"],
    ["POST", "/v1/models", 405, "GET, HEAD"],
    ["PUT", "/v1/models/scripted", 405, "GET, HEAD"],
    ["POST", "/metrics", 405, "GET, HEAD"],
    ["GET", "/v1/nothing", 404, null],
    ["POST", "/", 404, null],
    ["GET", "/%zz", 400, null],
    ["GET", `/v1/models/${"x".repeat(257)}`, 400, null],
  ])("%s %s is %i", async (method, path, status, allow) => {
    const response = await fetch(stand.url + path, { method });
    expect(response.status).toBe(status);
    expect(response.headers.get("allow")).toBe(allow);
    const error = await errorOf(response);
    expect(error).toMatchObject({ type: "invalid_request_error", param: null });
    expect(error.message.length).toBeLessThan(100);
  });

  it("name a model by as many letters as a body may", async () => {
    expect((await fetch(`${stand.url}/v1/models/${"x".repeat(256)}`)).status).toBe(404);
  });

  it("are answered whatever they expect beyond what there is", async () => {
    const { port, hostname } = new URL(stand.url);
    const socket = connect(Number(port), hostname);
    socket.write("GET /livez HTTP/1.1\r\nhost: localhost\r\nexpect: miracles\r\nconnection: close\r\n\r\n");
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });

  it.each([
    ["no host", "GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n", 400],
    ["no HTTP", "hello\r\n\r\n", 400],
    ["headers without end", `GET / HTTP/1.1\r\nhost: localhost\r\nx: ${"y".repeat(70_000)}`, 431],
  ])("answers %s with an error object too", async (_, bytes, status) => {
    const { port, hostname } = new URL(stand.url);
    const socket = connect(Number(port), hostname);
    socket.write(bytes);
    let answer = "";
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toMatchObject({
      error: { type: "invalid_request_error" },
    });
  });
});
