import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { debianPackage } from "../debian-package.js";
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
    const folder = mkdtempSync(path.join(tmpdir(), "tacho-prometheus-"));
    const port = await freePort();
    const child = startPrometheus(prometheus, folder, port, server.port);
    const query = (expression: string) => queryPrometheus(port, expression);
    const stop = load();
    try {
      const p95 = "histogram_quantile(0.95, rate(tacho_time_to_first_token_seconds_bucket[1m]))";
      await until("a quantile", async () => Number((await query(p95))[0]?.value[1]) > 0);
      const [answer] = await query(p95);
      expect(answer!.metric).toMatchObject({ model: server.model });
      expect(Number(answer!.value[1])).toBeLessThan(60);
      expect(Number((await query("up"))[0]!.value[1])).toBe(1);
    } finally {
      await stop();
      child.kill("SIGKILL");
      await once(child, "exit");
      rmSync(folder, { recursive: true });
    }
  });
});

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, "close");
  return port;
}

function startPrometheus(program: string, folder: string, port: number, target: number): ChildProcess {
  const config = path.join(folder, "prometheus.yml");
  writeFileSync(
    config,
    `scrape_configs:
  - job_name: tacho
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:${target}"] }]
`,
  );
  const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`];
  return spawn(program, [...flags, `--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
}

interface Sample {
  metric: Record<string, string>;
  value: [time: number, value: string];
}

/** An instant query; empty while Prometheus is not up. */
async function queryPrometheus(port: number, expression: string): Promise<Sample[]> {
  const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
  const response = await fetch(url).catch(() => null);
  if (!response?.ok) return [];
  return ((await response.json()) as { data: { result: Sample[] } }).data.result;
}
