import fastify, { type FastifyInstance } from "fastify";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { telemetryPlugin } from "../../../src/telemetry/doors/fastify.js";
import { defineCatalog, openTelemetry } from "../../../src/telemetry/index.js";
import { CONTENT_TYPES } from "../../../src/telemetry/doors/negotiation.js";

const CATALOG = defineCatalog({
  requests: {
    type: "counter",
    name: "requests_total",
    help: "Requests.",
    labels: { model: "open" },
    maxSeries: 2001,
  },
});

const open = () => openTelemetry(CATALOG);
let telemetry: ReturnType<typeof open>;
let app: FastifyInstance;
beforeEach(() => {
  telemetry = open();
  telemetry.metrics.requests.labels({ model: "a" }).inc(7);
  app = fastify();
});
afterEach(async () => {
  await app.close();
  telemetry.close();
});

describe("the Fastify plugin", () => {
  it("answers GET and HEAD of /metrics", async () => {
    await app.register(telemetryPlugin, { telemetry });
    const { statusCode, headers, body } = await app.inject("/metrics");
    expect(statusCode).toBe(200);
    expect(headers).toMatchObject({ "content-type": CONTENT_TYPES.text, vary: "accept, accept-encoding" });
    expect(body).toContain('requests_total{model="a"} 7\n');
    const head = await app.inject({ method: "HEAD", url: "/metrics" });
    expect([head.statusCode, head.body]).toEqual([200, ""]);
    expect(head.headers["content-length"]).toBe(headers["content-length"]);
  });

  it("listens over real HTTP, compressed when that pays", async () => {
    for (let i = 0; i < 2000; i++)
      telemetry.metrics.requests.labels({ model: `some-long-model-name-${i}` }).inc();
    await app.register(telemetryPlugin, { telemetry });
    const response = await fetch(`${await app.listen({ port: 0 })}/metrics`);
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(await response.text()).toContain('requests_total{model="a"} 7\n');
  });

  it("keeps to the prefix, the paths and the hooks of its place", async () => {
    const asked: string[] = [];
    await app.register(
      async (admin) => {
        admin.addHook("onRequest", (request, _, done) => {
          asked.push(request.url);
          done();
        });
        await admin.register(telemetryPlugin, { telemetry, path: "/numbers", health: "/alive" });
      },
      { prefix: "/admin" },
    );
    app.get("/", () => "mine");
    expect((await app.inject("/admin/numbers")).statusCode).toBe(200);
    expect((await app.inject("/admin/alive")).body).toBe("ok");
    expect((await app.inject("/")).body).toBe("mine");
    expect((await app.inject("/metrics")).statusCode).toBe(404);
    expect(asked).toEqual(["/admin/numbers", "/admin/alive"]);
  });

  it("shows several telemetries or views side by side", async () => {
    const other = open();
    other.metrics.requests.labels({ model: "b" }).inc(1);
    await app.register(telemetryPlugin, { telemetry });
    await app.register(telemetryPlugin, { telemetry: other, path: "/other" });
    expect((await app.inject("/metrics")).body).toContain('{model="a"} 7');
    expect((await app.inject("/other")).body).toContain('{model="b"} 1');
    other.close();
  });

  it("has no health unless asked to, and answers 503 once the telemetry is closed", async () => {
    await app.register(telemetryPlugin, { telemetry });
    expect((await app.inject("/health")).statusCode).toBe(404);
    telemetry.close();
    expect((await app.inject("/metrics")).statusCode).toBe(503);
  });

  it("writes no line a scrape into the log", async () => {
    const lines: string[] = [];
    const stream = { write: (line: string) => void lines.push(line) };
    const logged = fastify({ logger: { level: "info", stream } });
    await logged.register(telemetryPlugin, { telemetry });
    await logged.inject("/metrics");
    expect(lines).toEqual([]);
    await logged.inject("/nowhere");
    expect(lines).not.toEqual([]);
    await logged.close();
  });
});
