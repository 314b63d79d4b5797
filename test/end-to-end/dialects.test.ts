import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import { DIALECT_NAMES } from "../../src/metrics/dialect.js";
import { debianPackage } from "../debian-package.js";
import { deployedQueries, type DeployedQuery } from "../deploy/queries.js";
import { needsYaml } from "../deploy/yaml.js";
import { parseExposition } from "../telemetry/exposition-parser.js";
import { openMetricsReference } from "../telemetry/openmetrics-reference.js";
import { DialectServer, KEYS } from "./dialect-server.js";
import { MixedLoad } from "./mixed-load.js";
import {
  PrometheusProcess,
  promtoolFindings,
  type QueryAnswer,
  type ScrapeJob,
} from "./prometheus-process.js";
import { until } from "./tacho-server.js";

/** Enough for every client to have been there; two minutes show what comes seldom. */
const SECONDS = Number(process.env.TACHO_LOAD_SECONDS ?? 25);
const RULES = fileURLToPath(new URL("../../deploy/prometheus/rules", import.meta.url));
const OPENMETRICS = "application/openmetrics-text;version=1.0.0";

/** Few cells and a short queue, so that contexts are full, requests preempted and refused; room for two models. */
const FLAGS = [
  ...["--parallel", "4", "--ctx-size", "2048", "--max-context", "1024"],
  ...["--max-queue", "12", "--queue-timeout", "8", "--models-memory", "33", "--speculation", "ngram"],
  ...["--block", "pii-detection,prompt-injection", "--redact", "email"],
];

/** An expression of another system's documents or rules. */
interface SystemQuery {
  readonly system: string;
  readonly expr: string;
  /** `depends`: a comparison, or a question that means something else than it says. `refused`: it does not parse. */
  readonly expect: "data" | "no-data" | "depends" | "refused";
  /** Why it is not bound to return data. */
  readonly reason?: "broken" | "waits" | "label" | "condition" | "computes-on-gpu";
  readonly waitsFor?: string;
  /** What is asked of us instead: mended, with our label's value, or without the comparison. */
  readonly ours?: string;
}

function readTable(name: string): unknown {
  return JSON.parse(readFileSync(path.join(import.meta.dirname, name), "utf8"));
}

const QUERIES = readTable("system-queries.json") as SystemQuery[];
const METRICS = readTable("system-metrics.json") as Record<
  string,
  { name: string; type: string; computesOnGpu?: true }[]
>;

/** A job for each dialect, named after it; the gateway's endpoint; and both ports with everything at once. */
function jobsOf({ metricsPort, tacho }: DialectServer): ScrapeJob[] {
  const dialects = DIALECT_NAMES.map((name) => ({ name, port: metricsPort, params: { dialect: name } }));
  const gateway = { name: "gateway", port: metricsPort, path: "/metrics/gateway" };
  const operator = { name: "operator", port: tacho.port, key: KEYS.operator, params: { dialect: "vllm" } };
  return [...dialects, gateway, operator];
}

interface Run {
  readonly server: DialectServer;
  readonly prometheus: PrometheusProcess;
  readonly load: MixedLoad;
}

const ending: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const end of ending.reverse()) await end();
});

/** All that was asked before is over, and was scraped once more. */
async function loaded(program: string): Promise<Run> {
  const server = await DialectServer.start({ models: ["first", "second", "vectors"], flags: FLAGS });
  ending.push(() => server.end());
  server.gpu.consume();
  const rules = existsSync(RULES) ? RULES : null;
  const prometheus = await PrometheusProcess.start(program, jobsOf(server), rules);
  ending.push(() => prometheus.end());
  const load = new MixedLoad(server);
  const following = setInterval(() => server.showProcesses(500), 500);
  try {
    await load.run(SECONDS);
    // They are read every thirty seconds only: on a fast machine the load is over before that.
    await until("the GPU's users are read", async () =>
      (await server.metrics("tacho")).text.includes("\ntacho_gpu_process_memory_bytes{"),
    );
  } finally {
    clearInterval(following);
  }
  const scrapes = 'count_over_time(up{job="orchestrator"}[1h])';
  const before = await prometheus.number(scrapes);
  await until("two more scrapes", async () => (await prometheus.number(scrapes)) >= before + 2);
  return { server, prometheus, load };
}

/** NaN is what a division of nothing by nothing returns: no data. */
const hasData = ({ samples }: QueryAnswer) => samples.some(({ value }) => value[1] !== "NaN");

describe(
  "a Prometheus that scrapes every dialect under a mixed load",
  { timeout: (SECONDS + 90) * 1000 },
  () => {
    const { promtool, prometheus: program } = debianPackage("prometheus", ["promtool", "prometheus"]);
    const reference = openMetricsReference();
    needsYaml();
    let begun: Promise<Run> | undefined;
    const run = () => (begun ??= loaded(program));

    test("takes every sample of every scrape", async () => {
      const { prometheus, load } = await run();
      for (const status of [0, 200, 400, 401, 403, 404, 408, 429, 503])
        expect(load.statuses.get(status), `answers ${status}`).toBeGreaterThan(0);
      const targets = (await prometheus.targets()).map(({ labels: { job }, health, lastError }) => ({
        job,
        health,
        lastError,
      }));
      expect(targets.filter(({ health, lastError }) => health !== "up" || lastError !== "")).toEqual([]);
      expect(targets).toHaveLength(DIALECT_NAMES.length + 2);
      expect((await prometheus.query("min_over_time(up[1h]) < 1")).samples).toEqual([]);
      const refused = await prometheus.refusedSamples();
      expect(Object.values(refused).length).toBeGreaterThan(3);
      expect(Object.entries(refused).filter(([, count]) => count > 0)).toEqual([]);
      expect(prometheus.warnings).toEqual([]);
    });

    test.each([...new Set(QUERIES.map(({ system }) => system))])(
      "answers the queries of %s",
      async (system) => {
        const { prometheus } = await run();
        const wrong: string[] = [];
        for (const query of QUERIES.filter((one) => one.system === system)) {
          const answer = await prometheus.query(query.expr);
          if (query.expect === "refused" ? answer.error === null : answer.error !== null)
            wrong.push(`${query.expr}: ${answer.error ?? "parses"}`);
          if (query.expect === "data" && !hasData(answer)) wrong.push(`${query.expr}: no data`);
          if (query.expect === "no-data" && answer.samples.length > 0) wrong.push(`${query.expr}: has data`);
          if (query.ours !== undefined && !hasData(await prometheus.query(query.ours)))
            wrong.push(`${query.ours}: no data`);
        }
        expect(wrong).toEqual([]);
      },
    );

    test.each(Object.keys(METRICS))("keeps every metric of %s under its own name", async (dialect) => {
      const { prometheus } = await run();
      const names = await prometheus.names();
      const missing = METRICS[dialect]!.filter(({ computesOnGpu }) => !computesOnGpu)
        .map(({ name, type }) => name + (SERIES_SUFFIX[type] ?? ""))
        .filter((name) => !names.has(name));
      expect(missing).toEqual([]);
      for (const name of ["agent_total_tokens", "distributed_llm_inference_tokens_generated"])
        expect([name, names.has(name), names.has(`${name}_total_total`)]).toEqual([name, true, false]);
      expect(names.has("agent_total_tokens_total")).toBe(false);
    });

    test("evaluates every rule, and records what the recording rules say", async () => {
      const { prometheus } = await run();
      const evaluated = (evaluation: string) => Date.parse(evaluation) > 0;
      await until("every rule was evaluated", async () =>
        (await prometheus.rules()).every(({ lastEvaluation }) => evaluated(lastEvaluation)),
      );
      const rules = await prometheus.rules();
      expect(rules.length).toBeGreaterThan(20);
      const sick = rules.filter(({ health, lastError }) => health !== "ok" || (lastError ?? "") !== "");
      expect(sick.map(({ name, lastError }) => `${name}: ${lastError}`)).toEqual([]);
      const recorded = rules.filter(({ type }) => type === "recording").map(({ name }) => name);
      const names = await prometheus.names();
      const missing = [...new Set(recorded)].filter((name) => !names.has(name) && !HELD_GPU.test(name));
      expect(missing).toEqual([]);
    });

    test("answers every expression of deploy/", async () => {
      const { prometheus } = await run();
      const wrong: string[] = [];
      for (const query of deployedQueries()) {
        const answer = await prometheus.query(query.expr);
        if (answer.error !== null) wrong.push(`${query.place}: ${query.expr}: ${answer.error}`);
        else if (mustReturn(query) && !hasData(answer)) wrong.push(`${query.place}: ${query.expr}: no data`);
      }
      expect(wrong).toEqual([]);
    });

    test.each(DIALECT_NAMES)("finds %s well-formed in both text formats", async (dialect) => {
      const { server } = await run();
      const plain = await server.metrics(dialect);
      expect(plain.type).toContain("text/plain; version=0.0.4");
      expect(parseExposition(plain.text).size).toBeGreaterThan(0);
      const findings = promtoolFindings(promtool, plain.text);
      if (dialect === "tacho") expect(findings).toBe("");
      // What lint says of others' names is their makers' affair; that the text can be read is ours.
      else expect(findings).not.toMatch(/error while linting/);
      const open = await server.metrics(dialect, OPENMETRICS);
      expect(open.type).toContain("application/openmetrics-text");
      expect(reference(Buffer.from(open.text)).length).toBeGreaterThan(0);
    });

    test("finds all dialects at once well-formed", async () => {
      const { server } = await run();
      const all = DIALECT_NAMES.join(",");
      const { text } = await server.metrics(all);
      expect(promtoolFindings(promtool, text)).not.toMatch(/error while linting/);
      const families = parseExposition(text);
      for (const { name } of Object.values(METRICS).flat())
        expect(families.has(name) || families.has(`${name}_info`), name).toBe(true);
      expect(reference(Buffer.from((await server.metrics(all, OPENMETRICS)).text)).length).toBeGreaterThan(
        100,
      );
    });
  },
);

/** What tells of trouble returns nothing while there is none, and some need what no test machine has. */
function mustReturn({ kind, needs, expr, place }: DeployedQuery): boolean {
  if (kind === "alert" || kind === "annotation") return false;
  if (HELD_GPU.test(expr) || HELD_GPU.test(place)) return false;
  return needs === null || HAD.includes(needs);
}

/** Of models that compute on a GPU: this server shows a GPU, but computes on the CPU. */
const HELD_GPU =
  /gpu_held|gpu_hours_total|gpu_cost_per_hour|tokens_per_gpu_second|ryot_gpu_(memory|utilization)/;

/** Of what expressions need, what this server has. */
const HAD = ["gpu", "gpu-price", "price", "carbon", "tenants", "sessions", "speculation", "failure"];

const SERIES_SUFFIX: Readonly<Record<string, string>> = { histogram: "_bucket", info: "_info" };

test("every query that may bring nothing says why", () => {
  for (const { expr, expect: expected, reason, ours, waitsFor } of QUERIES) {
    expect([expr, reason !== undefined]).toEqual([expr, expected !== "data"]);
    if (expected !== "data" && reason !== "computes-on-gpu")
      expect([expr, ours ?? waitsFor]).not.toEqual([expr, undefined]);
  }
});
