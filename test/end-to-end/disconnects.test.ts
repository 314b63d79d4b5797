import { readdirSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { benchModule } from "../bench/bench-module.js";
import { TachoServer, until } from "./tacho-server.js";

interface Draws {
  below: (limit: number) => number;
  chance: (share: number) => boolean;
  pick: <T>(list: readonly T[]) => T;
}

const { drawsOf } = (await benchModule("fuzz/draws.mjs")) as {
  drawsOf: (seed: number, index: number) => Draws;
};
const { collecting } = (await benchModule("serve/collecting.mjs")) as {
  collecting: () => NodeJS.ProcessEnv;
};

const SEED = 5;
const CLIENTS = 1000;
/** Many more than there are slots: most of them wait. */
const AT_ONCE = 100;
const SLOTS = 16;
/** What is in use is not the same to the byte each time that it is looked at: a leak would be a kilobyte a client. */
const HEAP_SLACK_BYTES = 512 * 1024;

let server: TachoServer;
beforeAll(async () => {
  server = await TachoServer.startIn(collecting(), "--parallel", String(SLOTS));
});
afterAll(async () => {
  await server.end();
});

/** One that does what its plan says, and then leaves. */
class Client {
  readonly socket: Socket;
  received = "";
  readonly closed: Promise<void>;
  #onData = () => {};

  constructor() {
    this.socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.setEncoding("utf8").on("data", (text: string) => {
      this.received += text;
      this.#onData();
    });
    this.socket.on("error", () => undefined).on("end", () => this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.once("close", () => resolve()));
  }

  /** Resolves when so many events have come, or none will any more: tokens that make no character yet bring none. */
  events(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onData = () => {
        if (this.received.split("\n\n").length > count || this.received.includes("[DONE]")) resolve();
      };
      void this.closed.then(resolve);
      this.#onData();
    });
  }

  /** Resolves when the bytes have left, or the connection has ended. */
  send(text: string): Promise<void> {
    return new Promise((resolve) => {
      void this.closed.then(resolve);
      this.socket.write(text, () => resolve());
    });
  }
}

function requestText(draws: Draws, stream: boolean, tokens: number): string {
  const prompt = `Client ${draws.below(1e6)} says: ${"word ".repeat(draws.below(20))}`;
  const fields = { prompt, max_tokens: tokens, stream, ignore_eos: true, temperature: 1 };
  const body = JSON.stringify(fields);
  const head = `POST /v1/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  return `${head}\r\n\r\n${body}`;
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** How far a client goes before it leaves. */
const MOMENTS: Record<string, (client: Client, draws: Draws) => Promise<unknown>> = {
  "before a byte": (client) => client.send(""),
  "before its headers end": (client, draws) => {
    const text = requestText(draws, true, 30);
    return client.send(text.slice(0, draws.below(text.indexOf("\r\n\r\n"))));
  },
  "within its body": (client, draws) => {
    const text = requestText(draws, true, 30);
    const start = text.indexOf("\r\n\r\n") + 4;
    return client.send(text.slice(0, start + draws.below(text.length - start)));
  },
  "when it is sent": (client, draws) => client.send(requestText(draws, draws.chance(0.5), 30)),
  "in the queue, or soon after": async (client, draws) => {
    await client.send(requestText(draws, draws.chance(0.5), 30));
    await pause(draws.below(40));
  },
  "at its first token": async (client, draws) => {
    await client.send(requestText(draws, true, 30));
    await client.events(1);
  },
  "in the midst of its stream": async (client, draws) => {
    await client.send(requestText(draws, true, 24));
    await client.events(2 + draws.below(16));
  },
  "right before the end": async (client, draws) => {
    await client.send(requestText(draws, true, 8));
    await client.events(7 + draws.below(2));
  },
  "with a second request in hand": async (client, draws) => {
    await client.send(requestText(draws, true, 10) + requestText(draws, true, 10));
    await client.events(draws.below(20));
  },
  "after all of it": async (client, draws) => {
    await client.send(requestText(draws, true, 5));
    await client.events(7);
  },
};

/** How it leaves; one that closes only its own side waits for the server to close the other. */
const WAYS: Record<string, (client: Client) => void> = {
  closed: ({ socket }) => socket.destroy(),
  reset: ({ socket }) => socket.resetAndDestroy(),
  "half-closed": ({ socket }) => socket.end(),
};

async function visit(seed: number, index: number): Promise<void> {
  const draws = drawsOf(seed, index);
  const client = new Client();
  await MOMENTS[draws.pick(Object.keys(MOMENTS))]!(client, draws);
  WAYS[draws.pick(Object.keys(WAYS))]!(client);
  await client.closed;
}

async function visits(seed: number, count: number): Promise<void> {
  let next = 0;
  const visitor = async () => {
    while (next < count) await visit(seed, next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, visitor));
}

const descriptors = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;

/** What is held for requests, and what is open for clients. */
async function expectIdle(descriptorsAtRest: number): Promise<void> {
  // One after the other: each at once would open a connection.
  await until("nothing runs or waits", async () => {
    const running = await server.metric("tacho_requests_running");
    return running + (await server.metric("tacho_requests_waiting")) === 0;
  });
  await until("KV cells hold cached prefixes only", async () => {
    const cached = await server.metric("tacho_prefix_cache_cells");
    return (await server.metric("tacho_kv_cells_used")) === cached;
  });
  await until("the connections are gone", () => descriptors(server.process.pid!) <= descriptorsAtRest);
}

const heapUsed = () => server.metric("nodejs_heap_size_used_bytes");

/** The least of what is seen while every thread collects its garbage several times. */
async function heapAtRest(): Promise<number> {
  const seen: number[] = [];
  while (seen.length < 10) {
    seen.push(await heapUsed());
    await pause(250); // Threads tell once a second.
  }
  return Math.min(...seen);
}

test("1,000 clients that leave at any moment, in any way, leave nothing behind", async () => {
  await server.metric("tacho_requests_running"); // The connection that metrics come over stays.
  const atRest = descriptors(server.process.pid!);
  await visits(SEED + 1, CLIENTS / 4); // Caches fill, and code is compiled.
  await expectIdle(atRest);
  const heapBefore = await heapAtRest();

  await visits(SEED, CLIENTS);
  await expectIdle(atRest);
  await until("the heap is what it was", async () => (await heapUsed()) <= heapBefore + HEAP_SLACK_BYTES);
  expect(await server.metric("tacho_requests_total", 'outcome="error"')).toBe(0);
  expect(await server.metric("tacho_requests_total", 'outcome="cancelled"')).toBeGreaterThan(CLIENTS / 5);
}, 120_000);

test("all slots serve again", async () => {
  const before = await server.metric("tacho_requests_total", 'outcome="length"');
  const streams = Array.from({ length: SLOTS }, (_, i) => {
    const client = new Client();
    void client.send(
      requestText(drawsOf(SEED, -1 - i), true, 120).replace(
        "host: localhost",
        "connection: close\r\nhost: localhost",
      ),
    );
    return client;
  });
  await until("all run", async () => (await server.metric("tacho_requests_running")) === SLOTS);
  await Promise.all(streams.map(({ closed }) => closed));
  for (const { received } of streams) expect(received).toContain("data: [DONE]");
  expect(await server.metric("tacho_requests_total", 'outcome="length"')).toBe(before + SLOTS);
});
