import { existsSync } from "node:fs";
import { afterEach, expect, test } from "vitest";
import { EventReader } from "./event-reader.js";
import { statusField, TachoServer, until } from "./tacho-server.js";

let server: TachoServer;
afterEach(async () => {
  await server.end("SIGKILL");
});

function complete(fields: object, signal?: AbortSignal): Promise<Response> {
  return fetch(`${server.url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ prompt: "Once upon a time", ignore_eos: true, temperature: 0, ...fields }),
    signal: signal ?? null,
  });
}

/** A stream that has brought its first tokens, and has seconds of work left. */
async function longStream(maxTokens = 2000, signal?: AbortSignal): Promise<EventReader> {
  const reader = new EventReader(await complete({ max_tokens: maxTokens, stream: true }, signal));
  await reader.until(3);
  return reader;
}

function gone(pid: number): boolean {
  const state = statusField(pid, "State");
  return state === null || state.startsWith("Z");
}

test("kill -9 of the engine host under load costs its requests one clean error, and nobody else anything", async () => {
  server = await TachoServer.start("--parallel", "4");
  const streams = await Promise.all(Array.from({ length: 3 }, () => longStream()));
  const whole = complete({ max_tokens: 2000 });
  const queued = complete({ max_tokens: 5 });
  await until("one request waits", async () => (await server.metric("tacho_requests_waiting")) === 1);
  const tokensBefore = await server.metric("tacho_generation_tokens_total");
  const firstHost = server.enginePid;
  process.kill(firstHost, "SIGKILL");
  await until("the host is dead", () => gone(firstHost));
  const tokensAtDeath = await server.metric("tacho_generation_tokens_total");
  expect(tokensAtDeath).toBeGreaterThanOrEqual(tokensBefore);

  for (const stream of streams) {
    await stream.ended;
    expect(stream.response.status).toBe(200);
    expect(stream.data.at(-1)!.error).toMatchObject({ code: "engine_restarting" });
    expect(stream.events.filter((event) => event === "[DONE]").length).toBeLessThanOrEqual(1);
  }
  const failed = await whole;
  expect(failed.status).toBe(503);
  expect(await failed.json()).toMatchObject({ error: { code: "engine_restarting" } });
  expect(await server.readiness()).toBe(503);

  const answer = await queued; // It had not reached the host: it waits for the next one.
  expect(answer.status).toBe(200);
  await until("ready again", async () => (await server.readiness()) === 200);
  expect(server.enginePid).not.toBe(firstHost);
  expect((await complete({ max_tokens: 5 })).status).toBe(200);

  expect(await server.metric("tacho_generation_tokens_total")).toBe(tokensAtDeath + 10);
  expect(await server.metric("tacho_requests_total", 'outcome="error"')).toBe(4);
  expect(await server.metric("tacho_requests_total", 'outcome="length"')).toBe(2);
  expect(await server.metric("tacho_engine_host_restarts_total")).toBe(1);
  expect(await server.metric("tacho_requests_running")).toBe(0);
  expect(await server.metric("tacho_kv_cells")).toBeGreaterThan(0);
});

test("SIGTERM lets running requests finish, refuses new ones, and leaves nothing behind", async () => {
  server = await TachoServer.start();
  const stream = await longStream(1500);
  const host = server.enginePid;
  expect(server.segments()).toHaveLength(1);
  const ended = server.end("SIGTERM");
  await until("not ready", async () => (await server.readiness()) === 503);
  expect((await complete({ max_tokens: 1 })).status).toBe(503);

  await stream.ended;
  expect(stream.events.at(-1)).toBe("[DONE]");
  expect(stream.data.at(-1)!.error).toBeUndefined();
  expect(await ended).toEqual({ code: 0, signal: null });
  expect(gone(host)).toBe(true);
  expect(server.segments()).toEqual([]);
});

test("at the drain limit what still runs ends with an error, and the exit code is 0", async () => {
  server = await TachoServer.start("--drain-seconds", "0.2");
  const streams = await Promise.all(Array.from({ length: 8 }, () => longStream()));
  const ended = server.end("SIGTERM");
  for (const stream of streams) {
    await stream.ended;
    expect(stream.data.at(-1)!.error).toMatchObject({ code: "drain_timeout" });
  }
  expect(await ended).toEqual({ code: 0, signal: null });
});

test("Ctrl-C twice ends at once, and leaves nothing behind", async () => {
  server = await TachoServer.start();
  const stream = await longStream();
  const lost = expect(stream.ended).rejects.toThrow();
  const host = server.enginePid;
  server.process.kill("SIGINT");
  await until("draining", () => server.output.includes("Ctrl-C again"));
  // As in a terminal, the host gets the signal too; it leaves the decision to the front.
  process.kill(host, "SIGINT");
  expect(await server.end("SIGINT")).toEqual({ code: 130, signal: null });
  await lost;
  await until("no engine host", () => gone(host));
  expect(server.segments()).toEqual([]);
});

test("kill -9 of the front takes the host and the segment with it", async () => {
  server = await TachoServer.start();
  const host = server.enginePid;
  const [segment] = server.segments();
  await server.end("SIGKILL");
  await until("no engine host", () => gone(host));
  await until("no segment", () => !existsSync(`/dev/shm/${segment}`));
});

test("a client that goes away frees its slot at once", async () => {
  server = await TachoServer.start("--parallel", "1");
  const client = new AbortController();
  const stream = await longStream(2000, client.signal);
  const lost = expect(stream.ended).rejects.toThrow();
  client.abort();
  await lost;
  const read = stream.events.length;
  await until("the slot is free", async () => (await server.metric("tacho_requests_running")) === 0);
  // What was on its way when the socket closed, and the steps until the news was in the engine: 7 tokens, at
  // most 11, on an idle machine. A busy one takes longer to notice, at two tokens a millisecond.
  expect((await server.metric("tacho_generation_tokens_total")) - read).toBeLessThan(400);
  expect(await server.metric("tacho_requests_total", 'outcome="cancelled"')).toBe(1);
  expect((await complete({ max_tokens: 3 })).status).toBe(200);
});

test("a GPU that is not there is the user's to mend", async () => {
  // None is to be seen on a machine with GPUs, either.
  const hidden = { CUDA_VISIBLE_DEVICES: "" };
  const failure = await TachoServer.startIn(hidden, "--gpu", "cuda").catch(String);
  expect(failure).toContain("tacho ended with 2: ");
  // Without CUDA's own libraries llama.cpp does not come as far as asking for devices.
  expect(failure).toMatch(
    /--gpu cuda: (the librar\S+ .* missing: .*|no CUDA device was found.*); or use --gpu auto or off/,
  );
});
