import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Route {
  method: string;
  url: string;
  body: object | null;
}

interface Case {
  route: string;
  words: string[];
  bytes: Buffer;
  framed: boolean;
}

interface Answer {
  status: number;
  headers: Map<string, string>;
  body: string;
}

const { recordedRoutes } = (await benchModule("fuzz/recorded-routes.mjs")) as {
  recordedRoutes: () => Promise<Route[]>;
};
const { fuzzCase } = (await benchModule("fuzz/fuzz-case.mjs")) as {
  fuzzCase: (routes: Route[], seed: number, index: number) => Case;
};
const { AnswerReader } = (await benchModule("fuzz/answers.mjs")) as {
  AnswerReader: new (onAnswer: (answer: Answer) => void) => {
    method: string;
    isWithin: boolean;
    take(bytes: Buffer): void;
    close(): void;
  };
};
const { problemOf } = (await benchModule("fuzz/verdict.mjs")) as {
  problemOf: (route: string, answer: Answer, method?: string) => string | null;
};

describe("the cases", () => {
  test("cover the routes of the server, with their schemas", async () => {
    const routes = await recordedRoutes();
    const posts = routes.filter(({ method, body }) => method === "POST" && body !== null);
    expect(posts.map(({ url }) => url)).toEqual(
      expect.arrayContaining(["/v1/chat/completions", "/v1/completions"]),
    );
    const cases = Array.from({ length: 500 }, (_, i) => fuzzCase(routes, 1, i + 1));
    expect(new Set(cases.map(({ route }) => route))).toEqual(new Set(routes.map(({ url }) => url)));
  });

  test("are the same for the same seed and number, and others for others", async () => {
    const routes = await recordedRoutes();
    const bytes = (seed: number, index: number) => fuzzCase(routes, seed, index).bytes.toString("latin1");
    for (let index = 1; index < 50; index++) expect(bytes(7, index)).toBe(bytes(7, index));
    expect(new Set(Array.from({ length: 50 }, (_, i) => bytes(7, i + 1))).size).toBeGreaterThan(45);
    expect(bytes(8, 1)).not.toBe(bytes(7, 1));
  });
});

describe("answers are read", () => {
  const bytes = Buffer.from(
    [
      "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}",
      "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n",
      "HTTP/1.1 204 No Content\r\n\r\n",
    ].join(""),
  );

  test.each([1, 2, 7, 1000])("whole, whatever pieces of %i bytes they come in", (size) => {
    const answers: Answer[] = [];
    const reader = new AnswerReader((answer) => answers.push(answer));
    for (let at = 0; at < bytes.length; at += size) reader.take(bytes.subarray(at, at + size));
    expect(answers.map(({ status, body }) => [status, body])).toEqual([
      [200, "{}"],
      [200, "abc0123456789"],
      [204, ""],
    ]);
    expect(reader.isWithin).toBe(false);
  });

  test("up to the end of the connection where they have no length", () => {
    const answers: Answer[] = [];
    const reader = new AnswerReader((answer) => answers.push(answer));
    reader.take(Buffer.from("HTTP/1.1 200 OK\r\n\r\nabc"));
    expect(answers).toEqual([]);
    reader.close();
    expect(answers[0]!.body).toBe("abc");
  });

  test("without a body after HEAD", () => {
    const answers: Answer[] = [];
    const reader = new AnswerReader((answer) => answers.push(answer));
    reader.method = "HEAD";
    reader.take(Buffer.from("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n"));
    expect(answers).toHaveLength(1);
  });

  test("or refused when they are none", () => {
    const reader = new AnswerReader(() => undefined);
    expect(() => reader.take(Buffer.from("hello\r\n\r\n"))).toThrow("no status line: hello");
  });
});

const CHAT = "/v1/chat/completions";
const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: new Map(Object.entries({ "content-type": "application/json; charset=utf-8", ...headers })),
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const error = (fields: object) => ({
  error: { message: "No.", type: "invalid_request_error", param: null, code: "bad_request", ...fields },
});
const stream = (body: string) => answer(200, body, { "content-type": "text/event-stream; charset=utf-8" });
const full = error({ type: "rate_limit_error", code: "queue_full" });

describe("an answer is good", () => {
  test.each([
    ["with JSON", answer(200, { choices: [] })],
    ["with an error of the table", answer(400, error({}))],
    ["with a place", answer(400, error({ code: "unknown_parameter", param: "x" }))],
    ["with the time to come again", answer(429, full, { "retry-after": "1" })],
    ["as a stream with its end", stream('data: {"choices":[]}\n\ndata: [DONE]\n\n')],
    ["as a stream that ends with an error", stream(`data: {}\n\ndata: ${JSON.stringify(error({}))}\n\n`)],
  ])("%s", (_, good) => {
    expect(problemOf(CHAT, good)).toBeNull();
  });

  test("as a stream of Anthropic's, and with its errors", () => {
    const events = 'event: message_start\ndata: {"type":"message_start"}\n\n';
    const end = 'event: message_stop\ndata: {"type":"message_stop"}\n\n';
    expect(problemOf("/v1/messages", stream(events + end))).toBeNull();
    expect(problemOf("/v1/messages", stream(events))).toMatch("without its last event");
    const refused = { type: "error", error: { type: "invalid_request_error", message: "No." } };
    expect(problemOf("/v1/messages", answer(400, refused))).toBeNull();
  });
});

describe("an answer is bad", () => {
  test.each([
    ["the status 500", answer(500, error({ type: "server_error", code: "internal_error" }))],
    ["the status 502", answer(502, "")],
    ["429 without Retry-After", answer(429, full)],
    ["an error that is no JSON", answer(400, "Bad Request")],
    ["an error without a message", answer(400, { error: "no" })],
    ["none of the table's", answer(400, error({ code: "whatever" }))],
    ["the status 400 for model_not_found", answer(400, error({ code: "model_not_found" }))],
    ["unknown_parameter without a param", answer(400, error({ code: "unknown_parameter" }))],
    ["a body that is no JSON", answer(200, '{"choices":')],
    ["a stream without its last event", stream('data: {"choices":[]}\n\n')],
    ["a stream without its last event", stream("")],
    ["a stream that ends within an event", stream('data: {"choices":[]}\n\ndata: [DO')],
    ["an event that is no JSON", stream("data: {\n\ndata: [DONE]\n\n")],
    ["none of the table's", stream('data: {"error":{"message":"x"}}\n\n')],
  ])("%s", (problem, bad) => {
    expect(problemOf(CHAT, bad)).toContain(problem);
  });

  test.each([
    "vector::_M_range_check: __n (which is 999999999) >= this->size() (which is 4096)",
    "Cannot read properties of null (reading 'length')",
    "ENOENT: no such file or directory, open '/tmp/model.gguf'",
    "at Object.parse (file:///srv/dist/server/json-body.js:12:3)",
    "[json.exception.parse_error.101] parse error at line 1",
    "GGML_ASSERT(n_tokens > 0) failed",
    "Expected 'x' to be [object Object].",
  ])("that tells what is inside: %s", (message) => {
    expect(problemOf(CHAT, answer(400, error({ message })))).toContain("internals in");
  });
});
