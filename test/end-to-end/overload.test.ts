import { Agent, request } from "node:http";
import { afterEach, expect, test } from "vitest";
import { TachoServer } from "./tacho-server.js";

/** A connection for each request, kept: what is measured is the server, not handshakes. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity });
let server: TachoServer;
afterEach(async () => {
  agent.destroy();
  await server.end();
});

interface Answer {
  status: number;
  retryAfter: string | undefined;
  code: string | undefined;
  /** Until the head came. */
  ms: number;
}

function ask(fields: object): Promise<Answer> {
  const body = JSON.stringify(fields);
  const started = performance.now();
  const headers = { "content-type": "application/json", "content-length": body.length };
  return new Promise((resolve, reject) => {
    const sent = request(`${server.url}/v1/completions`, { agent, method: "POST", headers }, (response) => {
      const ms = performance.now() - started;
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => (text += part));
      response.on("end", () => {
        const { error } = JSON.parse(text) as { error?: { code: string } };
        const retryAfter = response.headers["retry-after"];
        resolve({ status: response.statusCode!, retryAfter, code: error?.code, ms });
      });
    });
    sent.on("error", reject).end(body);
  });
}

/** All at one instant. */
function askAtOnce(count: number, fields: object): Promise<Answer[]> {
  return Promise.all(Array.from({ length: count }, () => ask(fields)));
}

const times = (answers: Answer[]) => answers.map(({ ms }) => Math.round(ms));

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const outcome = (name: string) => server.metric("tacho_requests_total", `outcome="${name}"`);

async function expectRest(): Promise<void> {
  expect(await server.metric("tacho_requests_waiting")).toBe(0);
  expect(await server.metric("tacho_requests_running")).toBe(0);
  expect((await ask({ prompt: "Hello!", max_tokens: 1 })).status).toBe(200);
}

test("of 300 requests on 2 slots as many are served as may wait, and the rest are refused at once", async () => {
  server = await TachoServer.start("--parallel", "2", "--max-queue", "40");
  await askAtOnce(300, { prompt: "a", model: "none" }); // Opens the connections, and has the code compiled.
  const answers = await askAtOnce(300, { prompt: "Once upon a time", max_tokens: 100, ignore_eos: true });
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 429);

  expect(served.length + refused.length).toBe(300);
  expect(served.length).toBeGreaterThanOrEqual(2 + 40);
  expect(refused.length).toBeGreaterThan(150);
  for (const { code } of refused) expect(code).toBe("queue_full");
  for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  expect([await outcome("length"), await outcome("rejected")]).toEqual([served.length, refused.length]);

  // By the server's clock: until a request reaches it, up to 299 others have, while the engine and the clients want
  // the same cores. On an idle machine the clients' clock says nearly the same.
  const within = (le: string) =>
    server.metric("tacho_http_request_duration_seconds_bucket", `code="429",le="${le}"`);
  expect(await within("+Inf")).toBe(refused.length);
  expect(await within("0.05")).toBeGreaterThan(0.8 * refused.length);
  const figures = `refused after ${median(times(refused))} ms, at most ${Math.max(...times(refused))} ms`;
  expect(median(times(refused)), figures).toBeLessThan(Math.max(...times(served)));
  await expectRest();
});

test("nobody waits longer than the limit, and who did is told so then", async () => {
  const limitMs = 1000;
  server = await TachoServer.start("--parallel", "2", "--queue-timeout", String(limitMs / 1000));
  // In that time two at once serve a few of these.
  const answers = await askAtOnce(60, { prompt: "Once upon a time", max_tokens: 400, ignore_eos: true });
  const served = answers.filter(({ status }) => status === 200);
  const refused = answers.filter(({ status }) => status === 503);

  expect(served.length + refused.length).toBe(60);
  expect(served.length).toBeGreaterThanOrEqual(2);
  for (const { retryAfter } of refused) expect(Number(retryAfter)).toBeGreaterThanOrEqual(1);
  const late = times(refused.filter(({ code }) => code === "queue_timeout"));
  for (const ms of late) expect(ms).toBeGreaterThanOrEqual(limitMs);
  expect(await outcome("timeout")).toBe(late.length);
  // A busy machine lets everything take longer.
  if (late.length > 0) expect(median(late)).toBeLessThan(3 * limitMs);

  const waited = await server.metric("tacho_request_queue_duration_seconds_count");
  expect(waited).toBe(served.length);
  expect(await server.metric("tacho_request_queue_duration_seconds_bucket", 'le="2.5"')).toBe(waited);
  await expectRest();
});
