import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Settings } from "../../../src/server/settings.js";
import { loadTracing } from "../../../src/server/tracing/tracing.js";
import { readUntil, Stand } from "../stand.js";
import { Collector, timesOf, valuesOf } from "./collector.js";

let collector: Collector;
beforeEach(async () => {
  collector = await Collector.start();
});
afterEach(() => {
  collector.close();
  vi.unstubAllEnvs();
});

async function start(settings: Partial<Settings> = {}, url = collector.tracesUrl): Promise<Stand> {
  return Stand.start(settings, undefined, [], { makeTracing: await loadTracing({ traceEndpoint: url }, {}) });
}

const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
const PARENT_ID = "b7ad6b7169203331";

const from = (traceparent: string, tracestate = "") => ({
  headers: {
    "content-type": "application/json",
    traceparent,
    ...(tracestate !== "" && { tracestate }),
  },
});

describe("a generation request", () => {
  test("is a span with those of its phases below it, in order", async () => {
    const stand = await start();
    await (await stand.chat("words 2", { stream: true, temperature: 0.5, max_tokens: 9 })).text();
    await stand.close();
    const [{ root, phases }] = collector.trees() as [ReturnType<Collector["trees"]>[0]];
    expect(root.name).toBe("POST /v1/chat/completions");
    expect(root.parentSpanId).toBeUndefined();
    expect(Object.keys(phases).sort()).toEqual(["decode", "prefill", "queue", "stream"]);
    for (const phase of Object.values(phases)) {
      expect(phase.traceId).toBe(root.traceId);
      expect(timesOf(phase)[0]).toBeGreaterThanOrEqual(timesOf(root)[0]);
      expect(timesOf(phase)[1]).toBeLessThanOrEqual(timesOf(root)[1]);
      expect(timesOf(phase)[1]).toBeGreaterThanOrEqual(timesOf(phase)[0]);
    }
    expect(timesOf(phases.queue!)[0]).toBe(timesOf(root)[0]);
    expect(timesOf(phases.prefill!)[0]).toBe(timesOf(phases.queue!)[1]);
    expect(timesOf(phases.decode!)[0]).toBe(timesOf(phases.prefill!)[1]);
    expect(timesOf(phases.stream!)[1]).toBe(timesOf(root)[1]);
    const started = Number(timesOf(root)[0] / 1_000_000n);
    expect(Math.abs(started - Date.now())).toBeLessThan(60_000);
  });

  test("tells its facts as the conventions name them, and nothing of its text", async () => {
    const stand = await start();
    await (await stand.chat("words 2", { temperature: 0.5, max_tokens: 9, seed: null })).text();
    await stand.close();
    const [{ root }] = collector.trees() as [ReturnType<Collector["trees"]>[0]];
    expect(valuesOf(root)).toEqual({
      "http.request.method": "POST",
      "http.route": "/v1/chat/completions",
      "http.response.status_code": 200,
      "url.scheme": "http",
      "client.address": "127.0.0.1",
      "tacho.request.id": expect.any(String) as string,
      "tacho.outcome": "stop",
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "tacho",
      "gen_ai.request.model": "scripted",
      "gen_ai.request.temperature": 0.5,
      "gen_ai.request.top_p": 1,
      "gen_ai.request.top_k": 0,
      "gen_ai.request.max_tokens": 9,
      "gen_ai.request.presence_penalty": 0,
      "gen_ai.request.frequency_penalty": 0,
      "gen_ai.request.choice.count": 1,
      "gen_ai.response.finish_reasons": ["stop"],
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.cache_read.input_tokens": 3,
      "gen_ai.usage.output_tokens": 2,
    });
    expect(root.status.code).toBe(0);
    expect(JSON.stringify(collector.spans)).not.toContain("word");
    expect(collector.resources[0]).toMatchObject({ "service.name": "tacho" });
  });

  test("of several choices counts its prompt once, and every answer", async () => {
    const stand = await start();
    await (await stand.chat("words 2", { n: 3 })).text();
    await stand.close();
    expect(valuesOf(collector.trees()[0]!.root)).toMatchObject({
      "gen_ai.usage.input_tokens": 7,
      "gen_ai.usage.output_tokens": 6,
      "gen_ai.response.finish_reasons": ["stop", "stop", "stop"],
    });
  });

  test("goes on with its client's trace", async () => {
    const stand = await start();
    await (await stand.chat("words 1", {}, from(`00-${TRACE_ID}-${PARENT_ID}-01`, "a=1,b=2"))).text();
    await stand.close();
    expect(collector.trees()[0]!.root).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: PARENT_ID,
      traceState: "a=1,b=2",
    });
  });

  test("is not traced when its client's trace is not", async () => {
    const stand = await start();
    await (await stand.chat("words 1", {}, from(`00-${TRACE_ID}-${PARENT_ID}-00`))).text();
    await stand.close();
    expect(collector.spans).toEqual([]);
  });

  test.each(["", "nonsense", `00-${"0".repeat(32)}-${PARENT_ID}-01`, `00-${TRACE_ID}-${PARENT_ID}`])(
    "begins a trace where its client's makes no sense: %j",
    async (traceparent) => {
      const stand = await start();
      expect((await stand.chat("words 1", {}, from(traceparent))).status).toBe(200);
      await stand.close();
      expect(collector.trees()[0]!.root.traceId).not.toBe(TRACE_ID);
    },
  );

  test("that fails has the error's code", async () => {
    const stand = await start();
    await (await stand.chat("broken")).text();
    await (await stand.chat("words 1", { temperature: 9 })).text();
    await stand.close();
    const [broken, refused] = collector.trees();
    expect(broken!.root.status).toEqual({ code: 2, message: "engine_failed" });
    expect(valuesOf(broken!.root)).toMatchObject({ "error.type": "engine_failed", "tacho.outcome": "error" });
    expect(refused!.root.status.code).toBe(0); // The client's mistake is no failure of this server.
    expect(valuesOf(refused!.root)).toMatchObject({
      "error.type": "invalid_value",
      "http.response.status_code": 400,
    });
    expect(refused!.phases).toEqual({});
  });

  test("whose client left tells what had been done", async () => {
    const stand = await start();
    const leaving = new AbortController();
    await readUntil(await stand.chat("stall", { stream: true }, { signal: leaving.signal }), "waiting");
    leaving.abort();
    await vi.waitFor(async () => expect(await stand.outcomes()).toEqual({ cancelled: 1 }));
    await stand.close();
    const [{ root }] = collector.trees() as [ReturnType<Collector["trees"]>[0]];
    expect(valuesOf(root)).toMatchObject({ "tacho.outcome": "cancelled", "gen_ai.usage.output_tokens": 1 });
  });

  test("is named by its trace in the access log and in the histogram's exemplar", async () => {
    const folder = mkdtempSync(join(tmpdir(), "tacho-traces-"));
    const stand = await start({ accessLog: join(folder, "log") });
    await (await stand.chat("words 1", {}, from(`00-${TRACE_ID}-${PARENT_ID}-01`))).text();
    const headers = { accept: "application/openmetrics-text" };
    const metrics = await (await fetch(`${stand.url}/metrics`, { headers })).text();
    await stand.close();
    const { spanId } = collector.trees()[0]!.root;
    const ids = `trace_id="${TRACE_ID}",span_id="${spanId}"`;
    expect(metrics).toMatch(new RegExp(`^tacho_request_duration_seconds_bucket.* # \\{${ids}\\}`, "m"));
    expect(JSON.parse(readFileSync(join(folder, "log"), "utf8"))).toMatchObject({ trace_id: TRACE_ID });
    rmSync(folder, { recursive: true });
  });
});

test("other requests are not traced", async () => {
  const stand = await start();
  await (await fetch(`${stand.url}/v1/models`)).text();
  await stand.close();
  expect(collector.spans).toEqual([]);
});

test("OTEL_TRACES_SAMPLER decides, and the resource's variables are heard", async () => {
  vi.stubEnv("OTEL_SERVICE_NAME", "my-gateway");
  vi.stubEnv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment=test");
  for (const sampler of ["always_off", "always_on"]) {
    vi.stubEnv("OTEL_TRACES_SAMPLER", sampler);
    const stand = await start();
    await (await stand.chat("words 1")).text();
    await stand.close();
    expect(collector.trees()).toHaveLength(sampler === "always_on" ? 1 : 0);
  }
  expect(collector.resources[0]).toMatchObject({
    "service.name": "my-gateway",
    "deployment.environment": "test",
  });
});

describe("a collector", () => {
  test("that refuses costs the spans, and nothing else", async () => {
    const refusing = await Collector.start(400);
    const stand = await start({}, refusing.tracesUrl);
    expect((await stand.chat("words 1")).status).toBe(200);
    await stand.front.drain();
    expect(await stand.metric('tacho_trace_spans_total{outcome="lost"}')).toBe(4);
    expect(await stand.metric('tacho_trace_spans_total{outcome="sent"}')).toBe(0);
    await stand.close();
    refusing.close();
  });

  test("that is away does not hold up the end", async () => {
    const stand = await start({}, "http://127.0.0.1:9/v1/traces");
    expect((await stand.chat("words 1")).status).toBe(200);
    const before = performance.now();
    await stand.close();
    expect(performance.now() - before).toBeLessThan(5000);
  });

  test("that takes them is counted", async () => {
    const stand = await start();
    await (await stand.chat("words 1")).text();
    await stand.front.drain();
    expect(await stand.metric('tacho_trace_spans_total{outcome="sent"}')).toBe(4);
    await stand.close();
  });
});

describe("whether traces are made", () => {
  const none = { traceEndpoint: "" };

  test.each([
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "origin" }, "/v1/traces"],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "own" }, "/own"],
  ])("%j says", async (variables, path) => {
    const env = Object.fromEntries(
      Object.keys(variables).map((name) => [name, collector.origin + (path === "/own" ? path : "")]),
    );
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const stand = await Stand.start({}, undefined, [], { makeTracing: await loadTracing(none, env) });
    await (await stand.chat("words 1")).text();
    await stand.close();
    expect([...collector.paths]).toEqual([path]);
    expect(collector.trees()).toHaveLength(1);
  });

  test.each([
    {},
    { OTEL_EXPORTER_OTLP_ENDPOINT: "" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318", OTEL_SDK_DISABLED: "true" },
    { OTEL_EXPORTER_OTLP_ENDPOINT: "http://a:4318", OTEL_TRACES_EXPORTER: "none" },
  ])("not with %j", async (env) => {
    expect(await loadTracing(none, env)).toBeNull();
  });

  test("an endpoint that is no URL is refused by its name", async () => {
    const settings = { traceEndpoint: "localhost:4318" };
    await expect(loadTracing(settings, {})).rejects.toThrow(
      "Expected an http or https URL for --trace-endpoint, but received 'localhost:4318'.",
    );
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: "collector" };
    await expect(loadTracing(none, env)).rejects.toThrow("for OTEL_EXPORTER_OTLP_ENDPOINT");
  });

  test("without one, nothing of OpenTelemetry is loaded", () => {
    const program = `
      import { createRequire } from "node:module";
      await import("./dist/server/program.js");
      const { loadTracing } = await import("./dist/server/tracing/tracing.js");
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((f) => f.includes("@opentelemetry"));
      await loadTracing({ traceEndpoint: "" }, {});
      const before = loaded().length;
      await loadTracing({ traceEndpoint: "http://127.0.0.1:9" }, {});
      process.stdout.write(JSON.stringify([before, loaded().length > 0]));
    `;
    const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
      cwd: resolve("."),
      encoding: "utf8",
    });
    expect(JSON.parse(stdout)).toEqual([0, true]);
  });
});
