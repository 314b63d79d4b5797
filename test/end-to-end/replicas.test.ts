import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { EventReader } from "./event-reader.js";
import { TachoServer, until } from "./tacho-server.js";

const PARALLEL = 4;
const REPLICAS = 2;

let server: TachoServer;
beforeAll(async () => {
  const flags = { replicas: REPLICAS, parallel: PARALLEL, threads: 1 };
  server = await TachoServer.start(
    ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, `${value}`]),
  );
});
afterAll(() => server.end("SIGKILL"));

interface Completion {
  choices: { text: string; finish_reason: string }[];
  usage: { prompt_tokens_details: { cached_tokens: number } };
}

function post(fields: object): Promise<Response> {
  return fetch(`${server.url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ temperature: 0, ignore_eos: true, ...fields }),
  });
}

async function complete(fields: object): Promise<Completion> {
  const response = await post(fields);
  if (response.status !== 200) throw new Error(await response.text());
  return (await response.json()) as Completion;
}

async function stream(prompt: string, maxTokens: number): Promise<EventReader> {
  const reader = new EventReader(await post({ prompt, max_tokens: maxTokens, stream: true }));
  await reader.until(3);
  return reader;
}

describe("two replicas", () => {
  test("are one server, with the slots, cells and threads of both", async () => {
    expect(server.output).toContain(`${PARALLEL * REPLICAS} slots`);
    expect(server.output).toContain(`compute threads: ${REPLICAS}`); // One is the fewest that each can have.
    expect(server.output.match(/is ready/g)).toHaveLength(1);
    expect(await server.metric("tacho_kv_cells")).toBe(PARALLEL * REPLICAS * 4096);
    expect(await server.metric("tacho_model_size_bytes")).toBeLessThan(12e6);
  });

  test("decode as many requests at once as both have slots, each rightly", async () => {
    const prompts = Array.from(
      { length: PARALLEL * REPLICAS },
      (_, i) => `${i + 1} little birds sat on a tree`,
    );
    const alone: string[] = [];
    for (const prompt of prompts) {
      const { choices } = await complete({ prompt, max_tokens: 6, cache_salt: "alone" });
      alone.push(choices[0]!.text);
    }
    // Each has brought tokens before one has ended: more than one replica has slots for.
    const streams = await Promise.all(prompts.map((prompt) => stream(prompt, 800)));
    expect(await server.metric("tacho_requests_running")).toBe(PARALLEL * REPLICAS);
    expect(await server.metric("tacho_requests_waiting")).toBe(0);
    await Promise.all(streams.map(({ ended }) => ended));
    const texts = streams.map((reader) =>
      (reader.data as { choices: { text: string }[] }[]).map(({ choices }) => choices[0]!.text).join(""),
    );
    for (const [i, text] of texts.entries()) expect(text.slice(0, alone[i]!.length)).toBe(alone[i]);
  });

  test("keep a conversation on the replica that has its beginning", async () => {
    const conversations = Array.from({ length: 4 }, (_, i) => `${i} is the number of this tale. `.repeat(6));
    for (const prompt of conversations) await complete({ prompt, max_tokens: 4 });
    for (const prompt of conversations) {
      const { usage } = await complete({ prompt: `${prompt} And then`, max_tokens: 4 });
      expect(usage.prompt_tokens_details.cached_tokens).toBeGreaterThan(20);
    }
  });

  test("cancel what a client has left, wherever it runs", async () => {
    const cancelled = await server.metric("tacho_requests_total", 'outcome="cancelled"');
    const leaving = new AbortController();
    const readers = await Promise.all(
      Array.from({ length: PARALLEL * REPLICAS }, async (_, i) => {
        const response = await fetch(`${server.url}/v1/completions`, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify({ prompt: `Tale ${i}`, max_tokens: 1900, ignore_eos: true, stream: true }),
          signal: leaving.signal,
        });
        const reader = new EventReader(response);
        reader.ended.catch(() => undefined);
        await reader.until(1);
        return reader;
      }),
    );
    expect(readers).toHaveLength(PARALLEL * REPLICAS);
    leaving.abort();
    await until("nothing runs", async () => (await server.metric("tacho_requests_running")) === 0);
    const now = await server.metric("tacho_requests_total", 'outcome="cancelled"');
    expect(now - cancelled).toBe(PARALLEL * REPLICAS);
  });

  test("share one copy of the weights", () => {
    const maps = readFileSync(`/proc/${server.enginePid}/maps`, "utf8");
    const mapped = maps.split("\n").filter((line) => line.includes("tacho-mini.gguf"));
    // In several pieces, where llama.cpp keeps some of the weights in another form: with AMX.
    const offsets = mapped.map((line) => line.split(/\s+/)[2]);
    expect(offsets).toEqual([...new Set(offsets)]);
  });

  test("start again together after the host was killed, and end together", async () => {
    const host = server.enginePid;
    process.kill(host, "SIGKILL");
    await until("another one was started", async () => {
      return (await server.metric("tacho_engine_host_restarts_total")) === 1;
    });
    await until("ready again", async () => (await server.readiness()) === 200);
    const again = await Promise.all(
      Array.from({ length: 8 }, (_, i) => complete({ prompt: `Again ${i}`, max_tokens: 4 })),
    );
    expect(again.map(({ choices }) => choices[0]!.finish_reason)).toEqual(Array(8).fill("length"));
    const running = await stream("The last one", 300);
    const ended = server.end("SIGTERM");
    await running.ended;
    expect(running.events.at(-1)).toBe("[DONE]");
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(server.segments()).toEqual([]);
  });
});
