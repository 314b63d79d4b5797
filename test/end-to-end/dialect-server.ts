import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeRandomModel } from "../../models/random/random-model.mjs";
import { FakeGpu } from "./fake-gpu.js";
import { freePort } from "./prometheus-process.js";
import { TachoServer } from "./tacho-server.js";

const MINI = "models/tacho-mini.gguf";

/** Names that queries of other systems' documents speak of, so that these can be asked as they are written. */
export const NODE = "gpu-node-1";
export const TENANT = "prod";
export const MODELS = {
  first: "tacho-mini",
  second: "llama-3-70b",
  vectors: "vectors",
  broken: "broken",
} as const;

/** `limited` has few requests a minute; `operator` alone may read /metrics where the others ask. */
export const KEYS = {
  prod: "prod-0123456789abcdef",
  staging: "staging-0123456789abcdef",
  limited: "limited-0123456789abcdef",
  operator: "operator-0123456789abcdef",
} as const;
export type KeyName = keyof typeof KEYS;

const ENTRIES = [
  { name: "prod", key: KEYS.prod, tenant: TENANT },
  { name: "staging", key: KEYS.staging },
  { name: "limited", key: KEYS.limited, requestsPerMinute: 2, tokensPerMinute: 1000 },
  { name: "operator", key: KEYS.operator, admin: true },
];

export const PRICES = { input: 0.5, output: 1.5, gpuHour: 2, carbonIntensity: 400 } as const;

const FACTS = Object.entries({
  "node-id": NODE,
  environment: "testing",
  cluster: "two-cores",
  "price-input": PRICES.input,
  "price-output": PRICES.output,
  "price-gpu-hour": PRICES.gpuHour,
  "carbon-intensity": PRICES.carbonIntensity,
}).flatMap(([flag, value]) => [`--${flag}`, String(value)]);

/** Of models that are made; the second one saves the states of prompts. */
const ARCHITECTURES = { second: "mamba", vectors: "bert" } as const;

export interface DialectServerOptions {
  /** Of the command line, beside the names and prices. */
  readonly flags: readonly string[];
  readonly models: readonly (keyof typeof MODELS)[];
}

/** A server with tenants, prices and a GPU, of which every system's metrics can be read. */
export class DialectServer {
  private constructor(
    readonly tacho: TachoServer,
    readonly gpu: FakeGpu,
    readonly metricsPort: number,
    private readonly folder: string,
  ) {}

  static async start({ flags, models }: DialectServerOptions): Promise<DialectServer> {
    const folder = mkdtempSync(path.join(tmpdir(), "tacho-dialects-"));
    const gpu = new FakeGpu();
    const metricsPort = await freePort();
    const keys = path.join(folder, "keys.json");
    writeFileSync(keys, JSON.stringify(ENTRIES));
    const served = await Promise.all(models.map((model) => modelFlag(model, folder)));
    const rest = ["--api-keys-file", keys, "--metrics-port", String(metricsPort), ...FACTS];
    const tacho = await TachoServer.startIn(
      gpu.environment,
      ...served.flatMap((value) => ["--model", value]),
      ...rest,
      ...flags,
    );
    return new DialectServer(tacho, gpu, metricsPort, folder);
  }

  /** A request as `key`; JSON is posted. */
  ask(url: string, key: string, body?: object, options: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${key}`, ...(options.headers as Record<string, string>) };
    if (body === undefined) return fetch(this.tacho.url + url, { ...options, headers });
    return fetch(this.tacho.url + url, {
      ...options,
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  }

  /** What /metrics says to `accept` in these dialects. */
  async metrics(dialects: string, accept = ""): Promise<{ text: string; type: string }> {
    const url = `http://127.0.0.1:${this.metricsPort}/metrics?dialect=${dialects}`;
    const response = await fetch(url, { headers: accept === "" ? {} : { accept } });
    if (!response.ok) throw new Error(`Expected 200 for ${url} but received ${response.status}`);
    return { text: await response.text(), type: response.headers.get("content-type") ?? "" };
  }

  /** The GPU shows the engine hosts that run now as those who use it. */
  showProcesses(bytes: number): void {
    const hosts = this.tacho.enginePids.map((pid) => `${pid}:${bytes}:tacho`);
    this.gpu.say({ "processes.0": hosts.join(",") });
  }

  async end(): Promise<void> {
    await this.tacho.end("SIGKILL");
    this.gpu.end();
    rmSync(this.folder, { recursive: true });
  }
}

async function modelFlag(model: DialectServerOptions["models"][number], folder: string): Promise<string> {
  if (model === "first") return MINI;
  const file = path.join(folder, `${model}.gguf`);
  if (model === "broken") {
    writeFileSync(file, "GGUF, it says.");
    return `${MODELS.broken}=${file}`;
  }
  await writeRandomModel(file, { architecture: ARCHITECTURES[model], name: MODELS[model] });
  return `${MODELS[model]}=${file}`;
}
