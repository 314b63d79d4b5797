import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { until } from "./tacho-server.js";

export interface ScrapeJob {
  readonly name: string;
  readonly port: number;
  readonly path?: string;
  readonly params?: Readonly<Record<string, string>>;
  /** A bearer token. */
  readonly key?: string;
}

export interface Sample {
  metric: Record<string, string>;
  value: [time: number, value: string];
}

/** What came of an expression: samples, or why Prometheus refused it. */
export interface QueryAnswer {
  readonly samples: readonly Sample[];
  readonly error: string | null;
}

export interface Rule {
  readonly name: string;
  readonly type: "alerting" | "recording";
  readonly health: string;
  readonly lastError?: string;
  readonly lastEvaluation: string;
}

interface Answer<T> {
  readonly data?: T;
  readonly error?: string;
}

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

export async function freePort(): Promise<number> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  listener.close();
  await once(listener, "close");
  return port;
}

/** What `promtool check metrics` says of a text of 0.0.4; empty where it finds nothing. */
export function promtoolFindings(promtool: string, text: string): string {
  const { stdout, stderr } = spawnSync(promtool, ["check", "metrics"], { input: text, encoding: "utf8" });
  return stdout + stderr;
}

/** A real Prometheus that scrapes every second, in a folder of its own. */
export class PrometheusProcess {
  #log = "";

  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly port: number,
  ) {
    child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
  }

  /** `rules` is a folder of rule files, or none. */
  static async start(
    program: string,
    jobs: readonly ScrapeJob[],
    rules: string | null = null,
  ): Promise<PrometheusProcess> {
    const folder = mkdtempSync(path.join(tmpdir(), "tacho-prometheus-"));
    const port = await freePort();
    writeConfig(folder, jobs, rules);
    const flags = [`--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`];
    const child = spawn(program, [...flags, `--web.listen-address=127.0.0.1:${port}`], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const prometheus = new PrometheusProcess(child, folder, port);
    try {
      await until("Prometheus is ready", () => prometheus.#isReady());
    } catch (error) {
      await prometheus.end();
      throw error;
    }
    return prometheus;
  }

  /** Lines that tell of something wrong. */
  get warnings(): string[] {
    return this.#log.split("\n").filter((line) => /level=(warn|error)/i.test(line));
  }

  async query(expression: string): Promise<QueryAnswer> {
    const answer = await this.#get<{ result: Sample[] }>(`query?query=${encodeURIComponent(expression)}`);
    return { samples: answer.data?.result ?? [], error: answer.error ?? null };
  }

  /** The sum of what an instant query finds. */
  async number(expression: string): Promise<number> {
    const { samples } = await this.query(expression);
    return samples.reduce((sum, { value }) => sum + Number(value[1]), 0);
  }

  async targets(): Promise<readonly Target[]> {
    return (await this.#get<{ activeTargets: Target[] }>("targets?state=active")).data!.activeTargets;
  }

  async rules(): Promise<readonly Rule[]> {
    const { data } = await this.#get<{ groups: { rules: Rule[] }[] }>("rules");
    return data!.groups.flatMap(({ rules }) => rules);
  }

  /** Names of all metrics that were kept. */
  async names(): Promise<ReadonlySet<string>> {
    return new Set((await this.#get<string[]>("label/__name__/values")).data);
  }

  /** Of Prometheus' own metrics, those of scrapes whose samples it did not take. */
  async refusedSamples(): Promise<Record<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${this.port}/metrics`)).text();
    const lines = text.matchAll(
      /^(prometheus_target_scrapes?_(?:sample_\w+|exceeded_\w+|pool_exceeded\w*)) (\S+)$/gm,
    );
    return Object.fromEntries([...lines].map(([, name, value]) => [name!, Number(value)]));
  }

  async end(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill("SIGKILL");
      await once(this.child, "exit");
    }
    rmSync(this.folder, { recursive: true });
  }

  async #isReady(): Promise<boolean> {
    if (this.child.exitCode !== null) throw new Error(`Prometheus ended: ${this.#log}`);
    return fetch(`http://127.0.0.1:${this.port}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  }

  async #get<T>(question: string): Promise<Answer<T>> {
    const response = await fetch(`http://127.0.0.1:${this.port}/api/v1/${question}`);
    return (await response.json()) as Answer<T>;
  }
}

function writeConfig(folder: string, jobs: readonly ScrapeJob[], rules: string | null): void {
  if (rules !== null) copyRules(rules, path.join(folder, "rules"));
  const config = {
    global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
    rule_files: rules === null ? [] : ["rules/*.yml"],
    scrape_configs: jobs.map(scrapeConfig),
  };
  writeFileSync(path.join(folder, "prometheus.yml"), JSON.stringify(config)); // JSON is YAML.
}

/** Labels that a cluster's discovery gives its targets, which some expressions ask for. */
const IN_CLUSTER = { namespace: "default", pod: "tacho-0" };

function scrapeConfig({ name, port, path: metricsPath = "/metrics", params = {}, key }: ScrapeJob) {
  return {
    job_name: name,
    metrics_path: metricsPath,
    params: Object.fromEntries(Object.entries(params).map(([param, value]) => [param, [value]])),
    static_configs: [{ targets: [`127.0.0.1:${port}`], labels: IN_CLUSTER }],
    ...(key === undefined ? {} : { authorization: { credentials: key } }),
  };
}

/** The rules as they are, but evaluated every second. */
function copyRules(from: string, to: string): void {
  mkdirSync(to);
  for (const file of readdirSync(from).filter((name) => name.endsWith(".yml"))) {
    const text = readFileSync(path.join(from, file), "utf8");
    writeFileSync(path.join(to, file), text.replace(/^(\s*)interval: .*$/gm, "$1interval: 1s"));
  }
}
