import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debianPackage } from "../debian-package.js";
import { PrometheusProcess } from "./prometheus-process.js";
import { TachoServer, until } from "./tacho-server.js";

let server: TachoServer;
beforeAll(async () => {
  server = await TachoServer.start();
});
afterAll(async () => {
  await server.end();
});

/** Streams that keep the engine busy until the returned function is called. */
function load(): () => Promise<void> {
  let on = true;
  const client = async () => {
    while (on) {
      const messages = [{ role: "user" as const, content: "Tell me a story." }];
      await server.openai.chat.completions.create({
        model: server.model,
        messages,
        max_completion_tokens: 60,
      });
    }
  };
  const clients = Array.from({ length: 4 }, client);
  return async () => {
    on = false;
    await Promise.all(clients);
  };
}

describe("Prometheus", () => {
  const { promtool, prometheus } = debianPackage("prometheus", ["promtool", "prometheus"]);

  test("promtool finds nothing wrong with /metrics under load", async () => {
    const stop = load();
    await until("tokens", async () => (await server.metric("tacho_generation_tokens_total")) > 100);
    const { stdout, stderr, status } = spawnSync(promtool, ["check", "metrics"], {
      input: await server.metrics(),
      encoding: "utf8",
    });
    await stop();
    expect(stdout + stderr).toBe("");
    expect(status).toBe(0);
  });

  test("shows the Node runtime of every process and thread", async () => {
    const metrics = await server.metrics();
    for (const labels of ['process="front"', 'process="engine-host"'])
      expect(metrics).toMatch(new RegExp(`^process_cpu_user_seconds_total{${labels}} \\S+$`, "m"));
    for (const labels of [
      'process="front",thread="main"',
      'process="engine-host",thread="main"',
      'process="engine-host",thread="replica"',
    ])
      expect(metrics).toMatch(new RegExp(`^nodejs_heap_size_used_bytes{${labels}} \\d+$`, "m"));
  });

  test("a real Prometheus scrapes it and answers a quantile of TTFT", async () => {
    const scraping = await PrometheusProcess.start(prometheus, [{ name: "tacho", port: server.port }]);
    const stop = load();
    try {
      const p95 = "histogram_quantile(0.95, rate(tacho_time_to_first_token_seconds_bucket[1m]))";
      await until("a quantile", async () => (await scraping.number(p95)) > 0);
      const [answer] = (await scraping.query(p95)).samples;
      expect(answer!.metric).toMatchObject({ model: server.model });
      expect(Number(answer!.value[1])).toBeLessThan(60);
      expect(await scraping.number("up")).toBe(1);
    } finally {
      await stop();
      await scraping.end();
    }
  });
});
