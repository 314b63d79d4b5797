import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { Stand } from "./stand.js";

let stand: Stand;
const metricsPort = 20_000 + (process.pid % 20_000);
beforeAll(async () => {
  stand = await Stand.start({ metricsPort });
});
afterAll(() => stand.close());

const counted = (series: string, value: number) =>
  vi.waitFor(async () => expect(await stand.metric(series)).toBe(value), { timeout: 10_000, interval: 2 });

describe("/metrics", () => {
  it("holds the telemetry of the server, on both listeners", async () => {
    for (const url of [`${stand.url}/metrics`, stand.front.metricsUrl]) {
      const response = await fetch(url);
      expect(response.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
      const text = await response.text();
      expect(text).toMatch(
        /^tacho_requests_total\{model="scripted",route="\/v1\/chat\/completions",outcome="stop"\} 0$/m,
      );
      const types = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
      expect(new Set(types).size).toBe(types.length);
    }
    expect(new URL(stand.front.metricsUrl).port).toBe(String(metricsPort));
  });

  it("serves health on its own listener, and nothing that generates", async () => {
    const { origin } = new URL(stand.front.metricsUrl);
    expect((await fetch(`${origin}/readyz`)).status).toBe(200);
    expect((await fetch(`${origin}/v1/models`)).status).toBe(404);
  });

  it("counts HTTP requests by method, route template and code", async () => {
    await stand.chat("words 1");
    await (await stand.chat("words 1", { stream: true })).text();
    await stand.chat("words 1", { temperature: 9 });
    await fetch(`${stand.url}/v1/models/scripted`);
    await fetch(`${stand.url}/v1/models/other`);
    await fetch(`${stand.url}/v1/chat/completions`);
    await fetch(`${stand.url}/no/such/${Math.random()}`, { method: "DELETE" });
    await fetch(`${stand.url}/%zz`);
    const series = (method: string, route: string, code: number) =>
      `tacho_http_requests_total{method="${method}",route="${route}",code="${code}"}`;
    await counted(series("POST", "/v1/chat/completions", 200), 2);
    await counted(series("POST", "/v1/chat/completions", 400), 1);
    await counted(series("GET", "/v1/models/:id", 200), 1);
    await counted(series("GET", "/v1/models/:id", 404), 1);
    await counted(series("GET", "/v1/chat/completions", 405), 1);
    await counted(series("DELETE", "unmatched", 404), 1);
    await counted(series("GET", "unmatched", 400), 1);
    // A URL that cannot be read is no request of Fastify's own making: nothing of it may be unknown.
    const sizes = 'tacho_http_request_size_bytes_sum{method="GET",route="unmatched"}';
    expect(await stand.metric(sizes)).toBe(0);
    const durations = 'tacho_http_request_duration_seconds_count{route="/v1/chat/completions",code="200"}';
    await counted(durations, 2);
  });

  it("counts each generation request once, by outcome, before its answer is out", async () => {
    const before = await stand.outcomes();
    await stand.chat("words 3");
    await stand.chat("words 3", { max_tokens: 1 });
    await stand.chat("toolong");
    await stand.chat("broken");
    const after = await stand.outcomes();
    const gained = Object.entries(after).map(([name, count]) => [name, count - (before[name] ?? 0)]);
    expect(Object.fromEntries(gained)).toEqual({ stop: 1, length: 1, invalid: 1, error: 1 });
  });
});
