import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { benchModule } from "../bench/bench-module.js";
import { BYTES, CHAT, COMPLETION, CORPUS, type Row } from "./hostile-corpus.js";
import { TachoServer, titleOf, until } from "./tacho-server.js";

interface Answer {
  status: number;
  headers: { get(name: string): string | null; has(name: string): boolean };
  body: string;
}

const { problemOf } = (await benchModule("fuzz/verdict.mjs")) as {
  problemOf: (route: string, answer: Answer, method?: string) => string | null;
};
const { exchange } = (await benchModule("fuzz/connections.mjs")) as {
  exchange: (port: number, bytes: Buffer, quietMs?: number) => Promise<Answer[]>;
};

let server: TachoServer;
let host: number;
/** Milliseconds of ordinary requests: of those alone, and of those beside hostile ones. */
const alone: number[] = [];
const beside: number[] = [];

beforeAll(async () => {
  server = await TachoServer.start("--parallel", "4");
  host = server.enginePid;
  for (let i = 0; i < 21; i++) alone.push(await ordinary());
});
afterAll(async () => {
  await server.end();
});

/** The processes are those of the beginning, and answer. */
afterEach(async () => {
  await ordinary();
  expect(server.process.exitCode).toBeNull();
  expect(titleOf(host)).toMatch(/^tacho engine-host/);
});

/** @returns How long a request takes that is like any other. */
async function ordinary(): Promise<number> {
  const started = performance.now();
  const answer = await post(COMPLETION, { prompt: "Hello!", max_tokens: 1 });
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({ object: "text_completion" });
  return performance.now() - started;
}

async function post(path: string, body: unknown): Promise<Answer> {
  const response = await fetch(server.url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: typeof body === "string" || body instanceof Uint8Array ? body : JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe.each(CORPUS)(
  "%s are answered in words meant for clients, and cost nobody else anything:",
  (_, rows) => {
    test.each(rows.map(([name, path, body]): Row => [name, path, body]))("%s", async (_, path, body) => {
      const answered = post(path, body());
      beside.push(await ordinary());
      expect(problemOf(path, await answered)).toBeNull();
    });
  },
);

test("a text that its tokenizer would be busy with for half a minute is refused, by its field", async () => {
  const content = "<|im_end|> a".repeat(80_000);
  const answer = await post("/tokenize", { content });
  expect(answer.status).toBe(400);
  expect(JSON.parse(answer.body)).toMatchObject({ error: { code: "invalid_prompt", param: "content" } });
});

describe("bytes that are no request are refused, and what hides in them is not read:", () => {
  test.each(BYTES)("%s", async (_, bytes) => {
    const answers = await exchange(server.port, Buffer.from(bytes, "latin1"));
    expect(answers.length).toBeLessThanOrEqual(1);
    for (const answer of answers) {
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(problemOf("/", answer)).toBeNull();
    }
  });
});

test("requests sent at once on one connection are each answered, in their order, good and bad", async () => {
  const kinds = [
    [200, { prompt: "Hello!", max_tokens: 1 }],
    [400, { prompt: "Hello!", temperature: 7 }],
    [404, { prompt: "Hello!", model: "nothing" }],
  ] as const;
  const requests = Array.from({ length: 30 }, (_, i) => kinds[i % kinds.length]!);
  const bytes = requests.map(([, fields], i) => {
    const body = JSON.stringify(fields);
    const last = i === requests.length - 1 ? "connection: close\r\n" : "";
    return `POST ${COMPLETION} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${last}content-length: ${body.length}\r\n\r\n${body}`;
  });
  const answers = await exchange(server.port, Buffer.from(bytes.join("")), 20_000);
  expect(answers.map(({ status }) => status)).toEqual(requests.map(([status]) => status));
});

test("hundreds who send their request byte by byte keep nobody from being answered", async () => {
  const descriptors = () => readdirSync(`/proc/${server.process.pid}/fd`).length;
  const before = descriptors();
  const head = `POST ${CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"mess`;
  const slow = Array.from({ length: 400 }, (_, i) => {
    const socket = connect(server.port, "127.0.0.1").on("error", () => undefined);
    socket.write(head.slice(0, 1 + (i % head.length)));
    return socket;
  });
  await until("all are connected", () => descriptors() >= before + slow.length);
  for (const socket of slow) {
    socket.write(" ");
    if (Number(socket.localPort) % 20 === 0) beside.push(await ordinary());
  }
  for (const socket of slow) socket.destroy();
  await until("their connections are gone", () => descriptors() <= before + 2);
});

test("ordinary requests beside all of it took no longer than what shares the processor explains", () => {
  const median = alone.sort((a, b) => a - b)[10]!;
  expect(Math.max(...beside), `alone ${median.toFixed(1)} ms`).toBeLessThan(Math.max(2000, 100 * median));
});

test("the engine host was never started again", async () => {
  expect(server.enginePid).toBe(host);
  expect(await server.metric("tacho_engine_host_restarts_total")).toBe(0);
  expect(await server.metric("tacho_requests_running")).toBe(0);
});
