import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { FastifyInstance } from "fastify";
import { afterEach, describe, expect, it, vi } from "vitest";
import { catalog } from "../../src/metrics/catalog.js";
import { readAccess } from "../../src/server/access/access.js";
import { HttpListener, type ListenerLimits } from "../../src/server/http-listener.js";
import { Meters } from "../../src/server/meters.js";
import { useRequestRecords } from "../../src/server/request-record.js";
import { readSettings } from "../../src/server/settings-reader.js";
import { openTelemetry } from "../../src/telemetry/index.js";

const unlimited: ListenerLimits = {
  connections: 1000,
  requestMilliseconds: 3_600_000,
  unreadMilliseconds: 3_600_000,
};

const everybody = readAccess(readSettings(new Map(), {}));
const telemetry = openTelemetry(catalog);
const meters = new Meters(telemetry.metrics);
let listener: HttpListener;
let sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets = [];
  await listener.close();
});

async function listen(limits: Partial<ListenerLimits>, addRoutes: (app: FastifyInstance) => void) {
  listener = new HttpListener(meters, addRoutes, everybody, { ...unlimited, ...limits });
  await listener.listen("127.0.0.1", 0);
}

function open(bytes = ""): Socket {
  const { port, hostname } = new URL(listener.url);
  const socket = connect(Number(port), hostname).on("error", () => undefined);
  socket.write(bytes);
  sockets.push(socket);
  return socket;
}

async function received(socket: Socket): Promise<string> {
  let text = "";
  for await (const bytes of socket) text += String(bytes);
  return text;
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;
const unfinishedPost = (path: string) =>
  `POST ${path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`;

const counted = (route: string, code: number) =>
  vi.waitFor(
    async () => {
      const text = (await telemetry.render()).toString();
      expect(text).toMatch(
        new RegExp(`^tacho_http_requests_total\\{.*route="${route}",code="${code}"\\} 1$`, "m"),
      );
    },
    { timeout: 10_000, interval: 2 },
  );

describe("a connection", () => {
  it("is cut when its client takes no byte of an answer", async () => {
    await listen({ unreadMilliseconds: 50 }, (app) =>
      app.get("/big", () => Promise.resolve(Buffer.alloc(2 ** 26))),
    );
    open(get("/big")).pause();
    await counted("/big", 200);
  });

  it("is not cut while its client waits for an answer", async () => {
    await listen({ unreadMilliseconds: 20 }, (app) =>
      app.get("/slow", async ({ raw }) => {
        await once(raw.socket, "timeout");
        return "late";
      }),
    );
    const response = await fetch(`${listener.url}/slow`);
    expect(await response.text()).toBe("late");
  });

  it("is cut when no request comes", async () => {
    await listen({ unreadMilliseconds: 20 }, () => undefined);
    expect(await received(open())).toBe("");
  });

  it("is refused beyond the limit, and accepted again when another has gone", async () => {
    await listen({ connections: 1 }, (app) => app.get("/", () => Promise.resolve("here")));
    const first = open(get("/"));
    await once(first, "data");
    expect(await received(open())).toBe("");
    first.destroy();
    await vi.waitFor(async () => expect((await fetch(listener.url)).status).toBe(200));
  });

  it("is listened to once, however many requests it carries", async () => {
    const counts: number[] = [];
    let answer!: () => void;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    await listen({}, (app) => {
      useRequestRecords(app, meters, meters.ofModel("none"));
      app.get("/many", async ({ raw }) => {
        counts.push(raw.socket.listenerCount("close"));
        await answered;
        return "";
      });
    });
    open(get("/many").repeat(20));
    await vi.waitUntil(() => counts.length === 20);
    expect(new Set(counts).size).toBe(1);
    answer();
  });
});

describe("a body that does not come in time", () => {
  const app = (scope: FastifyInstance) => {
    useRequestRecords(scope, meters, meters.ofModel("none"));
    for (const path of ["/first", "/next", "/half-open"]) scope.post(path, () => Promise.resolve("posted"));
    scope.get("/", () => Promise.resolve("got"));
  };

  it("is answered with 408, counted as that and as invalid", async () => {
    await listen({ requestMilliseconds: 40 }, app);
    expect(await received(open(unfinishedPost("/first")))).toMatch(/^HTTP\/1.1 408 [^]*"request_timeout"/);
    await counted("/first", 408);
    const invalid = meters.ofModel("none").ofRoute("/first").outcomes.invalid;
    expect(telemetry.cells[invalid.cell]).toBe(1);
  });

  it("is over although the client never closes its side", async () => {
    await listen({ requestMilliseconds: 40 }, app);
    const { port, hostname } = new URL(listener.url);
    const socket = connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    sockets.push(socket.on("error", () => undefined).on("data", () => undefined));
    socket.write(unfinishedPost("/half-open"));
    await counted("/half-open", 408); // Which is when this end of the connection is closed.
  });

  it("is answered on a connection that has had answers before", async () => {
    await listen({ requestMilliseconds: 40 }, app);
    const socket = open(get("/"));
    socket.once("data", () => socket.write(unfinishedPost("/next")));
    expect(await received(socket)).toMatch(/^HTTP\/1.1 200 [^]*gotHTTP\/1.1 408 /);
    await counted("/next", 408);
  });
});
