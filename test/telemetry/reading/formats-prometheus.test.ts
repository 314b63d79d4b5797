import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createListener, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineCatalog, openTelemetry, type SpecOf, type Telemetry } from "../../../src/telemetry/index.js";
import { debianPackage } from "../../debian-package.js";

const catalog = defineCatalog({
  step: {
    type: "nativeHistogram",
    name: "app_step_seconds",
    help: "Step.",
    unit: "seconds",
    labels: { model: "open" },
    range: [1e-6, 1e3],
  },
  idle: {
    type: "nativeHistogram",
    name: "app_idle_seconds",
    help: "Idle.",
    unit: "seconds",
    labels: {},
    range: [1e-6, 1e3],
  },
  latency: {
    type: "histogram",
    name: "app_latency_seconds",
    help: "Latency.",
    unit: "seconds",
    labels: {},
    bounds: [0.1, 1],
    exemplars: true,
  },
});

const EXEMPLAR = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };
const PROTOBUF =
  "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited";
const OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/** Log-normal durations about 40 ms, the same at each call. */
function* durations(): Generator<number> {
  for (let seed = 1; ;) {
    const uniform = () => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
    const normal = Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
    yield 0.04 * Math.exp(0.8 * normal);
  }
}

let telemetry: Telemetry<SpecOf<typeof catalog>>;
let target: Server;
let accepted = "";

/** Prometheus asks for protobuf; what else it may be given is under another path. */
async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const isProtobuf = request.url === "/protobuf";
  if (isProtobuf) accepted = request.headers.accept ?? "";
  response.setHeader("Content-Type", isProtobuf ? PROTOBUF : OPENMETRICS);
  response.end(await telemetry.render({ format: isProtobuf ? "protobuf" : "openmetrics" }));
}

async function portOf(server: Server | ReturnType<typeof createListener>): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const listener = createListener();
  const port = await portOf(listener);
  listener.close();
  await once(listener, "close");
  return port;
}

class Prometheus {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {}

  static async start(program: string, targetPort: number): Promise<Prometheus> {
    const folder = mkdtempSync(join(tmpdir(), "tacho-prometheus-"));
    const port = await freePort();
    const config = join(folder, "prometheus.yml");
    const jobs = ["protobuf", "openmetrics"].map(
      (name) => `
  - job_name: ${name}
    metrics_path: /${name}
    scrape_interval: 1s
    static_configs: [{ targets: ["127.0.0.1:${targetPort}"] }]`,
    );
    writeFileSync(config, `scrape_configs:${jobs.join("")}\n`);
    const flags = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--enable-feature=native-histograms,exemplar-storage",
    ];
    return new Prometheus(spawn(program, flags, { stdio: "ignore" }), folder, port);
  }

  /** What an endpoint of the API answers. */
  async ask<T>(endpoint: string, parameters: Record<string, string>): Promise<T> {
    const query = new URLSearchParams(parameters);
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/${endpoint}?${query.toString()}`);
    return ((await response.json()) as { data: T }).data;
  }

  /** The value of the only series of an expression, once there is one that `isRight`. */
  async value(query: string, isRight = (value: number) => !Number.isNaN(value)): Promise<number> {
    const ask = async () => {
      const { result } = await this.ask<{ result: { value: [number, string] }[] }>("query", { query });
      expect(result).toHaveLength(1);
      const value = Number(result[0]!.value[1]);
      expect(value).toSatisfy(isRight);
      return value;
    };
    return vi.waitFor(ask, { timeout: 40_000, interval: 200 });
  }

  async end(): Promise<void> {
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
    rmSync(this.folder, { recursive: true });
  }
}

beforeEach(async () => {
  telemetry = openTelemetry(catalog);
  target = createServer((request, response) => void answer(request, response));
  await portOf(target);
});
afterEach(() => {
  target.closeAllConnections();
  target.close();
  telemetry.close();
});

/** Records durations and knows them all. */
class Recorder {
  readonly all: number[] = [];
  private readonly source = durations();

  record(): void {
    for (const model of ["a", "b"])
      for (let i = 0; i < 500; i++) {
        const { value } = this.source.next() as { value: number };
        this.all.push(value);
        telemetry.metrics.step.labels({ model }).observe(value);
      }
  }

  quantile(rank: number): number {
    return this.all.toSorted((a, b) => a - b)[Math.ceil(rank * this.all.length) - 1]!;
  }
}

describe("Prometheus", () => {
  const { prometheus: program } = debianPackage("prometheus", ["prometheus"]);
  let prometheus: Prometheus | undefined;
  afterEach(() => prometheus?.end());

  async function start(): Promise<Prometheus> {
    return (prometheus = await Prometheus.start(program, (target.address() as AddressInfo).port));
  }

  it("finds quantiles of native histograms", async () => {
    const recorder = new Recorder();
    recorder.record();
    const server = await start();
    const steps = 'app_step_seconds{job="protobuf"}';
    const recording = setInterval(() => recorder.record(), 100);
    const recent = await server
      .value(`histogram_quantile(0.9, sum(rate(${steps}[1m])))`)
      .finally(() => clearInterval(recording));
    expect(Math.abs(recent / recorder.quantile(0.9) - 1)).toBeLessThan(0.05);

    const count = recorder.all.length;
    await server.value(`sum(histogram_count(${steps}))`, (value) => value === count);
    for (const rank of [0.5, 0.9, 0.99]) {
      const found = await server.value(`histogram_quantile(${rank}, sum(${steps}))`);
      expect(Math.abs(found / recorder.quantile(rank) - 1)).toBeLessThan(0.05);
    }
    expect(accepted).toContain("application/vnd.google.protobuf");
    await server.value('sum(app_step_seconds_count{job="openmetrics"})', (value) => value === count);
  });

  it("knows a native histogram before its first value", async () => {
    const server = await start();
    await server.value('histogram_count(app_idle_seconds{job="protobuf"})', (value) => value === 0);
  });

  it.each(["openmetrics", "protobuf"])("stores exemplars that came as %s", async (job) => {
    telemetry.metrics.latency.labels({}).observe(0.5, EXEMPLAR);
    const server = await start();
    await server.value(`app_latency_seconds_count{job="${job}"}`);
    const now = Date.now() / 1000;
    const selector = `app_latency_seconds_bucket{job="${job}"}`;
    const query = { query: selector, start: `${now - 3600}`, end: `${now + 60}` };
    const found = await server.ask<{ exemplars: object[] }[]>("query_exemplars", query);
    expect(found[0]!.exemplars).toMatchObject([
      { labels: { trace_id: EXEMPLAR.traceId, span_id: EXEMPLAR.spanId }, value: "0.5" },
    ]);
  });
});
