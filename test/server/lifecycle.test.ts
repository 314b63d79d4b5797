import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { rm, writeFile } from "node:fs/promises";
import { afterEach, describe, expect, it, vi } from "vitest";
import { errorOf, eventsOf, readUntil, Stand, type ErrorBody } from "./stand.js";

let stand: Stand;
afterEach(() => stand.close());

const until = (check: () => Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 2 });

const running = (count: number) =>
  until(async () => expect(await stand.metric("tacho_requests_running")).toBe(count));
const waiting = (count: number) =>
  until(async () => expect(await stand.metric("tacho_requests_waiting")).toBe(count));
const outcomes = (wanted: Record<string, number>) =>
  until(async () => expect(await stand.outcomes()).toEqual(wanted));
const readiness = (status: number) => until(async () => expect(await stand.readiness()).toBe(status));

/** Completions asked for on one connection, none waiting for the one before. */
function pipeline(scripts: string[]): Socket {
  const { port, hostname } = new URL(stand.url);
  const socket = connect(Number(port), hostname).on("error", () => undefined);
  for (const prompt of scripts) {
    const body = JSON.stringify({ prompt, stream: prompt !== "silent", max_tokens: 1_000_000 });
    const headers = `host: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
    socket.write(`POST /v1/completions HTTP/1.1\r\n${headers}\r\n\r\n${body}`);
  }
  return socket;
}

describe("a client that leaves", () => {
  it.each([true, false])("frees its slot (stream: %s)", async (stream) => {
    stand = await Stand.start();
    const abort = new AbortController();
    const asked = stand.chat("stall", { stream }, { signal: abort.signal });
    if (stream) await readUntil(await asked, "waiting");
    else await running(1);
    abort.abort();
    if (!stream) await expect(asked).rejects.toThrow("abort");
    // The scripted host ends a stalled request only when it is told to cancel it.
    await running(0);
    expect(await stand.outcomes()).toEqual({ cancelled: 1 });
    expect(await stand.metric("tacho_request_duration_seconds_count")).toBe(1);
  });

  it("leaves the queue without having entered the engine", async () => {
    stand = await Stand.start({ parallel: 1 });
    const first = await stand.chat("stall", { stream: true });
    const abort = new AbortController();
    const second = stand.chat("words 1", {}, { signal: abort.signal });
    await waiting(1);
    abort.abort();
    await expect(second).rejects.toThrow("abort");
    await waiting(0);
    expect(await stand.outcomes()).toEqual({ cancelled: 1 });
    await first.body!.cancel();
    await outcomes({ cancelled: 2 });
  });

  it.each([["flood"], ["stall", "flood"]])("is cut off when it does not read: %s %s", async (...scripts) => {
    stand = await Stand.start();
    const socket = pipeline(scripts);
    socket.pause();
    await outcomes({ cancelled: scripts.length });
    await running(0);
    socket.destroy();
  });

  it("takes all its pipelined requests with it, those in the queue too", async () => {
    stand = await Stand.start({ parallel: 2 });
    // The last one would end the host if it ever got there.
    const socket = pipeline(["stall", "silent", "exit"]);
    await once(socket, "data"); // The first has its status; the others will have none, and count as 499.
    await running(2);
    await waiting(1);
    socket.destroy();
    await running(0);
    await waiting(0);
    expect(await stand.outcomes()).toEqual({ cancelled: 3 });
    expect(await stand.metric('tacho_http_requests_total{code="499"}')).toBe(2);
    expect((await stand.chat("words 1")).status).toBe(200);
    expect(await stand.metric("tacho_engine_host_restarts_total")).toBe(0);
  });

  it("does not have an error for its next bytes taken for the answer it waits for", async () => {
    stand = await Stand.start();
    const socket = pipeline(["silent"]);
    await running(1);
    let answer = "";
    socket.on("data", (bytes) => (answer += String(bytes)));
    socket.write("no HTTP\r\n\r\n");
    await outcomes({ cancelled: 1 });
    await vi.waitUntil(() => socket.closed);
    expect(answer).toBe("");
  });
});

describe("a full house", () => {
  it("refuses at once who would wait longer than it may, and says when to come again", async () => {
    stand = await Stand.start({ parallel: 1 });
    for (let i = 0; i < 8; i++) await (await stand.chat("words 1", { max_tokens: 1 })).text();
    const first = await stand.chat("stall", { stream: true, max_tokens: 1_000_000 });
    const second = await stand.chat("words 1", { timeout_ms: 20 });
    expect(second.status).toBe(503);
    expect(Number(second.headers.get("retry-after"))).toBeGreaterThanOrEqual(1);
    expect(await errorOf(second)).toMatchObject({ code: "wait_too_long", type: "server_error" });
    await first.body!.cancel();
    await outcomes({ cancelled: 1, rejected: 1, stop: 8 });
  });

  it("answers 429 with Retry-After when the queue is full, and serves who waits", async () => {
    stand = await Stand.start({ parallel: 1, maxQueue: 1 });
    const first = await stand.chat("stall", { stream: true });
    const second = stand.chat("words 1");
    await waiting(1);
    const third = await stand.chat("words 1");
    expect(third.status).toBe(429);
    expect(third.headers.get("retry-after")).toBe("1");
    expect(await errorOf(third)).toMatchObject({ code: "queue_full", type: "rate_limit_error" });
    await first.body!.cancel();
    expect((await second).status).toBe(200);
    await outcomes({ cancelled: 1, rejected: 1, stop: 1 });
    expect(await stand.metric("tacho_request_duration_seconds_count")).toBe(3);
  });

  it("answers 503 when no slot came free in time", async () => {
    stand = await Stand.start({ parallel: 1, queueTimeout: 0.02 });
    const first = await stand.chat("stall", { stream: true });
    const second = await stand.chat("words 1", { stream: true });
    expect(second.status).toBe(503);
    expect(second.headers.get("retry-after")).toBe("1");
    expect(await errorOf(second)).toMatchObject({ code: "queue_timeout" });
    await first.body!.cancel();
    await outcomes({ cancelled: 1, timeout: 1 });
  });
});

describe("an engine host that dies", () => {
  it("ends each request with a well-formed error, is replaced, and serves again", async () => {
    stand = await Stand.start({ parallel: 3 });
    const [stream, whole, legacy] = await Promise.all([
      stand.chat("stall", { stream: true }),
      stand.chat("silent"),
      // Kills the host, 20 ms after its first word.
      stand.complete("crash", { stream: true }),
    ]);
    expect(whole.status).toBe(503);
    expect(whole.headers.get("retry-after")).toBe("1");
    expect(await errorOf(whole)).toMatchObject({ code: "engine_restarting", type: "server_error" });
    for (const response of [stream, legacy]) {
      const events = await eventsOf(response);
      expect(events).not.toContain("[DONE]");
      const last = JSON.parse(events.at(-1)!) as ErrorBody;
      expect(last.error.code).toBe("engine_restarting");
    }
    await readiness(200);
    expect((await stand.chat("words 1")).status).toBe(200);
    expect(await stand.metric("tacho_engine_host_restarts_total")).toBe(1);
    await outcomes({ error: 3, stop: 1 });
    await running(0);
  });

  it("turns readiness off until the next one has loaded, while those who wait keep their places", async () => {
    stand = new Stand({ alias: "waits", parallel: 1 });
    const hold = `${stand.telemetry.path!}.hold`;
    await stand.front.listen();
    await stand.front.load();
    await writeFile(hold, "");
    const dying = stand.chat("exit");
    const patient = stand.chat("words 2");
    expect((await dying).status).toBe(503);
    await readiness(503);
    const health = await fetch(`${stand.url}/health`);
    expect(await health.json()).toEqual({ status: "unavailable", reason: "restarting" });
    expect((await fetch(`${stand.url}/livez`)).status).toBe(200);
    await waiting(1);
    await until(async () => expect(await stand.metric("tacho_engine_host_restarts_total")).toBe(1));
    await rm(hold);
    expect((await patient).status).toBe(200);
    expect(await stand.readiness()).toBe(200);
  });

  it("never gets the request of a client that left while it was away", async () => {
    stand = new Stand({ alias: "waits", parallel: 1 });
    const hold = `${stand.telemetry.path!}.hold`;
    await stand.front.listen();
    await stand.front.load();
    await writeFile(hold, "");
    expect((await stand.chat("exit")).status).toBe(503);
    const abort = new AbortController();
    const leaving = stand.chat("exit", {}, { signal: abort.signal });
    await waiting(1);
    const patient = stand.chat("words 2");
    await waiting(2);
    abort.abort();
    await expect(leaving).rejects.toThrow("abort");
    await waiting(1);
    await rm(hold);
    expect((await patient).status).toBe(200);
    expect(await stand.outcomes()).toEqual({ error: 1, cancelled: 1, stop: 1 });
    expect(await stand.metric("tacho_engine_host_restarts_total")).toBe(1);
  });

  it("is started again however often it dies", async () => {
    stand = await Stand.start();
    for (const restarts of [1, 2, 3]) {
      await stand.chat("exit");
      await until(async () => expect(await stand.metric("tacho_engine_host_restarts_total")).toBe(restarts));
      await readiness(200);
    }
    expect(await stand.outcomes()).toEqual({ error: 3 });
  });
});

describe("before the model is loaded", () => {
  it("answers, but is not ready", async () => {
    stand = new Stand({ alias: "never-ready", queueTimeout: 0.05 });
    await stand.front.listen();
    stand.front.load().catch(() => undefined);
    const health = await fetch(`${stand.url}/readyz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({ status: "unavailable", reason: "loading" });
    const asked = await stand.chat("words 1");
    expect(asked.status).toBe(503);
    expect(await errorOf(asked)).toMatchObject({ code: "model_loading" });
    expect((await fetch(`${stand.url}/v1/models`)).status).toBe(200);
    expect((await fetch(`${stand.url}/metrics`)).status).toBe(200);
  });

  it.each([
    ["fails-usage", "The model is too large for this machine.", true],
    ["fails", "The model is damaged.", false],
    [
      "dies",
      "The engine host was killed by SIGABRT (lower --gpu-layers or --ctx-size, or see `tacho doctor`) before the model was ready.",
      false,
    ],
  ])("fails to load when the host %s", async (alias, message, usage) => {
    stand = new Stand({ alias });
    await stand.front.listen();
    await expect(stand.front.load()).rejects.toMatchObject({ message, usage });
  });
});

describe("draining", () => {
  it("finishes what runs and what waits, and refuses newcomers", async () => {
    stand = await Stand.start({ parallel: 1 });
    const abort = new AbortController();
    const first = await stand.chat("stall", { stream: true }, { signal: abort.signal });
    const second = stand.chat("words 2");
    await waiting(1);
    const drained = stand.front.drain();
    expect(await stand.readiness()).toBe(503);
    const late = await stand.chat("words 1");
    expect(late.status).toBe(503);
    expect(late.headers.get("connection")).toBe("close");
    expect(late.headers.get("retry-after")).toBe("1");
    expect(await errorOf(late)).toMatchObject({ code: "draining" });
    expect((await fetch(`${stand.url}/livez`)).status).toBe(200);
    abort.abort();
    await expect(first.text()).rejects.toThrow();
    expect((await second).status).toBe(200);
    await drained;
    await expect(stand.readiness()).rejects.toThrow();
    expect(await stand.outcomes()).toEqual({ cancelled: 1, stop: 1, rejected: 1 });
  });

  it("ends what is left at the limit with an error", async () => {
    stand = await Stand.start({ parallel: 2, drainSeconds: 0.05 });
    const stream = await stand.chat("stall", { stream: true });
    const whole = stand.chat("silent");
    const queued = stand.chat("words 1");
    await waiting(1);
    await stand.front.drain();
    const last = JSON.parse((await eventsOf(stream)).at(-1)!) as ErrorBody;
    expect(last.error.code).toBe("drain_timeout");
    for (const response of [await whole, await queued]) {
      expect(response.status).toBe(503);
      expect((await errorOf(response)).code).toBe("drain_timeout");
    }
    expect(await stand.outcomes()).toEqual({ error: 3 });
  });
});

describe("a queue", () => {
  it("gives the slot that comes free to the highest priority", async () => {
    stand = await Stand.start({ parallel: 1 });
    const leaving = [new AbortController(), new AbortController()] as const;
    const first = await stand.chat("stall", { stream: true }, { signal: leaving[0].signal });
    await readUntil(first, "waiting");
    const low = stand.chat("words 1");
    await waiting(1);
    const high = stand.chat("stall", { stream: true, priority: 1 }, { signal: leaving[1].signal });
    await waiting(2);
    leaving[0].abort();
    await readUntil(await high, "waiting");
    await waiting(1);
    leaving[1].abort();
    expect((await low).status).toBe(200);
  });

  it("begins when the slots of all replicas are taken", async () => {
    stand = await Stand.start({ parallel: 1, replicas: 3, drainSeconds: 0 });
    const asked = Array.from({ length: 4 }, () => stand.chat("stall", { stream: true }));
    await waiting(1);
    expect(await stand.metric("tacho_requests_running")).toBe(3);
    await stand.front.drain();
    expect((await Promise.all(asked)).map(({ status }) => status)).toContain(503);
  });
});
