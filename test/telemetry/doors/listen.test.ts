import { spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, request as httpRequest, type IncomingMessage, type RequestOptions } from "node:http";
import { connect, createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineCatalog, openTelemetry, type Listener } from "../../../src/telemetry/index.js";
import { listen } from "../../../src/telemetry/doors/listen.js";
import { CONTENT_TYPES } from "../../../src/telemetry/doors/negotiation.js";
import { emitTelemetry, ROOT } from "../fixture.js";

const INDEX = emitTelemetry(join(ROOT, "build/test-listen"));
const PROGRAM = join(ROOT, "test/telemetry/programs/listener.mjs");

const CATALOG = defineCatalog({
  requests: { type: "counter", name: "requests_total", help: "Requests.", labels: {} },
});

const open = () => openTelemetry(CATALOG);
let telemetry: ReturnType<typeof open>;
let listener: Listener;
const agent = new Agent({ keepAlive: true });
beforeEach(async () => {
  telemetry = open();
  telemetry.metrics.requests.labels({}).inc(7);
  listener = await telemetry.listen({ port: 0 });
});
afterEach(async () => {
  vi.useRealTimers();
  agent.destroy();
  telemetry.close();
  await listener.close();
});

interface Answer {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

async function ask(path: string, options: RequestOptions = {}): Promise<Answer> {
  const request = httpRequest({ port: listener.port, path, agent, ...options }).end();
  const [response] = (await once(request, "response")) as [IncomingMessage];
  return { status: response.statusCode!, headers: response.headers, body: await text(response) };
}

describe("a listening telemetry", () => {
  it("serves its metrics where it says", async () => {
    expect(listener.url).toBe(`http://127.0.0.1:${listener.port}/metrics`);
    const response = await fetch(listener.url);
    expect(response.headers.get("content-type")).toBe(CONTENT_TYPES.text);
    expect(await response.text()).toContain("requests_total 7\n");
  });

  it("answers HEAD with the headers of GET", async () => {
    const { headers: expected } = await ask("/metrics");
    const { status, headers, body } = await ask("/metrics", { method: "HEAD" });
    expect([status, body]).toEqual([200, ""]);
    expect(headers["content-length"]).toBe(expected["content-length"]);
    expect(headers["content-type"]).toBe(expected["content-type"]);
  });

  it.each([
    ["GET", "/health", 200, "ok"],
    ["GET", "/metrics?collect[]=cpu", 200, /^# HELP/],
    ["GET", "/", 404, "Expected /metrics or /health.\n"],
    ["GET", "/metricss", 404, "Expected /metrics or /health.\n"],
    ["GET", "//", 404, /Expected/],
    ["POST", "/metrics", 405, "Expected GET or HEAD.\n"],
    ["DELETE", "/health", 405, "Expected GET or HEAD.\n"],
    ["OPTIONS", "*", 404, /Expected/],
  ])("answers %s %s with %i", async (method, path, status, body) => {
    const answer = await ask(path, { method });
    expect(answer.status).toBe(status);
    expect(answer.body).toMatch(body);
    expect(answer.headers.allow).toBe(status === 405 ? "GET, HEAD" : undefined);
  });

  it("keeps connections for longer than an endpoint picker does", async () => {
    const { headers } = await ask("/metrics");
    const [, seconds] = /timeout=(\d+)/.exec(headers["keep-alive"] as string)!;
    expect(Number(seconds)).toBeGreaterThan(60);
    const socket = Object.values(agent.freeSockets)[0]![0]!;
    const port = socket.localPort;
    await ask("/metrics");
    expect(Object.values(agent.freeSockets)[0]![0]!.localPort).toBe(port);
  });

  it("answers in the format that is asked for", async () => {
    const { headers, body } = await ask("/metrics", { headers: { accept: CONTENT_TYPES.openmetrics } });
    expect(headers["content-type"]).toBe(CONTENT_TYPES.openmetrics);
    expect(body).toMatch(/^# TYPE requests counter\n[^]*\n# EOF\n$/);
    const protobuf = await ask("/metrics", { headers: { accept: CONTENT_TYPES.protobuf } });
    expect(protobuf.headers["content-type"]).toBe(CONTENT_TYPES.protobuf);
    expect(protobuf.body).toContain("requests_total");
  });

  it("shows views instead, and other doors what they show", async () => {
    const views = [
      { name: "app_requests", type: "counter", help: "h", from: { metric: "requests_total", scale: 2 } },
    ] as const;
    const other = await telemetry.listen({ port: 0, views });
    const text = await (await fetch(other.url)).text();
    expect(text).toContain("app_requests 14\n");
    expect(text).not.toContain("requests_total");
    expect((await ask("/metrics")).body).toContain("requests_total 7\n");
    await other.close();
  });

  it("serves another path", async () => {
    const other = await telemetry.listen({ port: 0, path: "/internal/metrics" });
    const response = await fetch(other.url);
    expect(other.url).toMatch(/\/internal\/metrics$/);
    expect(response.status).toBe(200);
    await other.close();
  });

  it.each([
    ["0.0.0.0", /^http:\/\/127\.0\.0\.1:/],
    ["localhost", /^http:\/\/(127\.0\.0\.1|\[::1\]):/],
  ])("on %s names an address to ask at", async (host, url) => {
    const other = await telemetry.listen({ port: 0, host });
    expect(other.url).toMatch(url);
    expect((await fetch(other.url)).status).toBe(200);
    await other.close();
  });

  it("answers 503 while the telemetry is closed but it is not", async () => {
    const closed = open();
    const other = await listen(closed, { port: 0 });
    closed.close();
    expect((await fetch(other.url)).status).toBe(503);
    await other.close();
  });
});

describe("an address to listen on", () => {
  it("that is taken is named in the error", async () => {
    await expect(telemetry.listen({ port: listener.port })).rejects.toMatchObject({
      name: "TelemetryError",
      code: "cannot_listen",
      message: `Expected a free address for listen but received 127.0.0.1:${listener.port}, which is in use.`,
    });
  });

  it("of another machine is named in the error", async () => {
    await expect(telemetry.listen({ port: 0, host: "192.0.2.1" })).rejects.toThrow(
      "Expected a free address for listen but received 192.0.2.1:0, which is no address of this machine.",
    );
  });

  it.each([
    [{ port: 65_536 }, "Expected an integer from 0 to 65535 for port but received 65536."],
    [{ port: 1.5 }, "Expected an integer from 0 to 65535 for port but received 1.5."],
    [{ port: 0, host: "" }, 'Expected an address for host but received "".'],
    [{ port: 0, host: 5 as never }, "Expected an address for host but received 5."],
    [{ port: 0, path: "metrics" }, /for path but received metrics\.$/],
    [{ port: 0, path: "/health" }, /for path but received \/health\.$/],
  ])("is checked: %j", async (options, message) => {
    await expect(telemetry.listen(options)).rejects.toThrow(message);
  });
});

describe("closing", () => {
  it("ends idle connections and those that never asked, without waiting for a limit", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    await ask("/metrics");
    const idle = Object.values(agent.freeSockets)[0]![0]!;
    const silent = connect(listener.port);
    await once(silent, "connect");
    await ask("/health");
    const ended = [once(idle, "close"), once(silent, "close")];
    silent.resume();
    await listener.close();
    await Promise.all(ended);
    vi.useRealTimers();
    await expect(fetch(listener.url)).rejects.toThrow();
  });

  it("lets a running answer finish, and takes no new connection", async () => {
    let finish!: (body: Buffer) => void;
    let started!: () => void;
    const rendering = new Promise<void>((resolve) => (started = resolve));
    const render = () => {
      started();
      return new Promise<Buffer>((resolve) => (finish = resolve));
    };
    const slow = await listen({ render }, { port: 0 });
    const answer = fetch(slow.url);
    await rendering;
    const closed = slow.close();
    await expect(fetch(slow.url)).rejects.toThrow();
    finish(Buffer.from("late\n"));
    expect(await (await answer).text()).toBe("late\n");
    await closed;
  });

  it("may be asked for twice", async () => {
    await Promise.all([listener.close(), listener.close()]);
    await listener.close();
  });

  it("of the telemetry ends what listens, and nothing listens after it", async () => {
    telemetry.close();
    await expect(telemetry.listen({ port: 0 })).rejects.toMatchObject({ code: "closed" });
  });

  it("frees the port, also when the telemetry is closed", async () => {
    telemetry.close();
    await listener.close();
    const next = createServer().listen(listener.port, "127.0.0.1");
    await once(next, "listening");
    expect((next.address() as AddressInfo).port).toBe(listener.port);
    next.close();
  });
});

describe("a program that listens", () => {
  const start = (...options: string[]) => spawn(process.execPath, [PROGRAM, INDEX, ...options]);

  it("lives on, as with any server", async () => {
    const program = start();
    const [line] = (await once(program.stdout, "data")) as [Buffer];
    expect((await fetch(line.toString().trim())).status).toBe(200);
    program.kill();
    expect(await once(program, "exit")).toEqual([null, "SIGTERM"]);
  });

  it("ends when its work does, if it says so", async () => {
    expect(await once(start("unref"), "exit")).toEqual([0, null]);
  });
});

describe("hostile clients", () => {
  it("with broken requests do no harm", async () => {
    const socket = connect(listener.port);
    socket.write("NOT HTTP\r\n\r\n");
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400/);
    expect((await ask("/health")).status).toBe(200);
  });

  it("that leave before their answer do no harm", async () => {
    const sockets = Array.from({ length: 20 }, () => connect(listener.port));
    for (const socket of sockets)
      socket.end("GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", () => socket.destroy());
    await Promise.all(sockets.map((socket) => once(socket, "close")));
    expect((await ask("/metrics")).status).toBe(200);
  });
});
