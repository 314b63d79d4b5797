import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { catalog } from "../../src/metrics/catalog.js";
import { DIALECT_NAMES, type DialectName, type Prices } from "../../src/metrics/dialect.js";
import { viewsOf } from "../../src/metrics/dialects.js";
import {
  defineCatalog,
  openTelemetry,
  runtimeCatalog,
  type SpecOf,
  type Telemetry,
} from "../../src/telemetry/index.js";
import { parseExposition } from "../telemetry/exposition-parser.js";
import { openMetricsReference } from "../telemetry/openmetrics-reference.js";
import { KNOWN_METRICS } from "./recorded-metrics.js";
import { FACTS, NO_PRICES } from "./systems.js";

const gpus = [...KNOWN_METRICS.values()].filter(({ name }) => name.startsWith("tacho_gpu_"));
const recordable = gpus.filter(({ type, name }) => type !== "nativeHistogram" && !name.includes("_held_"));
const gpuCatalog = defineCatalog(Object.fromEntries(recordable.map((spec) => [spec.name, spec])));

const MODEL = { model: "m" } as const;
const CHAT = { model: "m", route: "/v1/chat/completions" } as const;
const TENANT = { model: "m", tenant: "t" } as const;

let telemetry: Telemetry<SpecOf<typeof catalog>>;
let metrics: typeof telemetry.metrics;
let gpu: (name: string, labels?: Record<string, string>) => { set(n: number): void; inc(n: number): void };

beforeEach(() => {
  telemetry = openTelemetry(catalog);
  metrics = telemetry.metrics;
  telemetry.extend(runtimeCatalog);
  const ofGpu = telemetry.extend(gpuCatalog) as Record<string, { labels(values: object): never }>;
  gpu = (name, labels = {}) => ofGpu[`tacho_gpu_${name}`]!.labels({ gpu: "0", uuid: "GPU-1", ...labels });
  telemetry.follow(viewsOf(DIALECT_NAMES, FACTS));
});
afterEach(() => telemetry.close());

/** The lines of one metric, by their labels but those that are the same for all. */
async function show(dialect: DialectName, name: string, prices: Prices = FACTS.prices) {
  const views = viewsOf([dialect], { ...FACTS, prices }).filter((view) => view.name === name);
  const families = parseExposition((await telemetry.render({ views })).toString());
  return [...families.values()].flatMap(({ samples }) => samples);
}

const values = async (dialect: DialectName, name: string, prices?: Prices) =>
  (await show(dialect, name, prices)).map(({ labels, value }) => [labels, value]);

describe("all dialects together", () => {
  const views = viewsOf(DIALECT_NAMES, FACTS);

  test("are compiled with all the metrics that a server can have, beside the metrics themselves", async () => {
    await telemetry.render({ views, withMetrics: true });
  });

  test("keep their names in OpenMetrics, where counters without _total have no type", async () => {
    metrics.generationTokens.labels(TENANT).inc(5);
    const families = openMetricsReference()(await telemetry.render({ format: "openmetrics", views }));
    const type = (name: string) => families.find((family) => family.name === name)?.type;
    expect(type("agent_total_tokens")).toBe("unknown");
    expect(type("distributed_llm_inference_tokens_generated")).toBe("unknown");
    expect(type("agent_output_tokens")).toBe("counter");
  });
});

describe("milliseconds", () => {
  test("of histograms are ours, to the bucket", async () => {
    metrics.timeToFirstToken.labels(CHAT).observe(0.35);
    metrics.timeToFirstToken.labels(CHAT).observe(0.351);
    const buckets = await show("neuronetes", "agent_ttft_ms");
    const of = (le: string) => buckets.find(({ labels }) => labels["le"] === le)?.value;
    expect([of("200"), of("350"), of("500")]).toEqual([0, 1, 2]);
    expect(buckets.find(({ name }) => name === "agent_ttft_ms_sum")?.value).toBeCloseTo(701, 9);
  });
});

describe("the error budget", () => {
  test("burns at the share of bad events by the share allowed, in both windows", async () => {
    for (const seconds of [0.1, 0.35, 0.4, 3]) metrics.timeToFirstToken.labels(CHAT).observe(seconds);
    for (const seconds of [1, 2.5, 2.5, 2.6]) metrics.requestDuration.labels(CHAT).observe(seconds);
    for (const outcome of ["stop", "stop", "length", "error", "cancelled", "invalid"] as const)
      metrics.requests.labels({ ...CHAT, outcome }).inc();
    const rates = await values("neuronetes", "error_budget_burn_rate");
    const expected = (slo: string, rate: number) =>
      ["5m", "1h"].map((window) => [{ slo, window }, expect.closeTo(rate, 9) as number]);
    expect(rates).toEqual([...expected("ttft", 10), ...expected("latency", 5), ...expected("errors", 25)]);
  });

  test("is not told before there was an event", async () => {
    metrics.timeToFirstToken.labels(CHAT);
    expect(await values("neuronetes", "error_budget_burn_rate")).toEqual([]);
  });
});

describe("breakers", () => {
  test.each([
    ["ready", 0, 0, 0],
    ["down", 1, 2, 2],
    ["starting", 2, 1, 1],
  ] as const)("of a host that is %s are %i and %i", async (state, neurectomy, orchestrator, health) => {
    metrics.engineState.labels(MODEL).set(state);
    expect(await values("neurectomy", "neurectomy_circuit_breaker_state")).toEqual([
      [{ service: "m" }, neurectomy],
    ]);
    expect(await values("orchestrator", "orchestrator_circuit_breaker_state")).toEqual([
      [{ stage: "m" }, orchestrator],
    ]);
    expect(await values("neurectomy", "neurectomy_agent_health_status")).toEqual([
      [{ agent_id: "m" }, health],
    ]);
  });

  test("count changes by both states", async () => {
    metrics.engineTransitions.labels({ ...MODEL, from: "ready", to: "down" }).inc(2);
    const changed = await values("neurectomy", "neurectomy_circuit_breaker_state_changes_total");
    expect(changed).toEqual([[{ service: "m", from_state: "closed", to_state: "open" }, 2]]);
    expect(await values("orchestrator", "orchestrator_circuit_breaker_state_transitions_total")).toEqual([
      [{ state: "open" }, 2],
    ]);
  });
});

describe("errors", () => {
  const error = (code: string, stage = "inference") =>
    metrics.requestErrors.labels({ ...CHAT, stage, code }).inc();
  const counted = async (dialect: DialectName, name: string, label: string) =>
    Object.fromEntries((await show(dialect, name)).map(({ labels, value }) => [labels[label] ?? "", value]));

  beforeEach(() => {
    error("engine_failed");
    error("engine_restarting");
    error("deadline_exceeded");
    error("client_abort", "stream");
    error("context_length_exceeded", "assemble");
    error("invalid_value", "request");
    error("queue_full");
    error("internal_error");
  });

  test("of turns are the server's, and clients that left", async () => {
    expect(await counted("neuronetes", "agent_turn_errors_total", "error_type")).toEqual({
      ...{ engine: 2, timeout: 1, internal: 1 },
      client_abort: 1,
    });
  });

  test("of inference are all but those of requests turned away or left", async () => {
    expect(await counted("ryot", "ryot_inference_errors_total", "error_type")).toEqual({
      ...{ runtime_error: 2, timeout: 1, unknown: 1 },
      invalid_input: 2,
    });
  });

  test("of stages are those that came up in one", async () => {
    expect(await values("orchestrator", "orchestrator_errors_total")).toEqual(
      expect.arrayContaining([
        [{ stage: "inference", error_type: "engine" }, 2],
        [{ stage: "assemble", error_type: "invalid_input" }, 1],
      ]),
    );
    expect(await counted("orchestrator", "orchestrator_errors_total", "stage")).not.toHaveProperty("request");
  });
});

describe("costs", () => {
  const TOKENS: Prices = { ...NO_PRICES, input: 0.5, output: 2 };
  const GPU_HOUR: Prices = { ...NO_PRICES, gpuHour: 3.6 };

  beforeEach(() => {
    metrics.promptTokens.labels(TENANT).inc(3000);
    metrics.generationTokens.labels(TENANT).inc(1000);
    metrics.gpuHeld.labels({ ...MODEL, gpu: "0" }).inc(50);
  });

  test.each([
    [TOKENS, 3.5],
    [GPU_HOUR, 0.05],
  ])("by %o add up to %d dollars", async (prices, dollars) => {
    const name = "orchestrator_inference_cost_usd_total";
    expect(await values("orchestrator", name, prices)).toEqual([[{}, expect.closeTo(dollars, 9)]]);
    expect(await values("neuronetes", "cost_usd_per_1k_tokens", prices)).toEqual([
      [TENANT, expect.closeTo(dollars / 4, 9)],
    ]);
  });

  test.each([
    [TOKENS, (0.5 * 1 + 2 * 0.5) / 2],
    [GPU_HOUR, (0.05 * 1500) / 4000 / 2],
  ])("by %o of sessions are %d dollars each", async (prices, dollars) => {
    metrics.sessionTokens.labels({ ...TENANT, kind: "prompt" }).inc(1000);
    metrics.sessionTokens.labels({ ...TENANT, kind: "generation" }).inc(500);
    metrics.sessionsStarted.labels(TENANT).inc(2);
    expect(await values("neuronetes", "cost_usd_per_session", prices)).toEqual([
      [TENANT, expect.closeTo(dollars, 9)],
    ]);
  });

  test.each([
    [TOKENS, (0.5 * 0.4 + 2 * 0.6) / 4],
    [GPU_HOUR, (0.05 * 1000) / 4000 / 4],
  ])("by %o of requests are in cents", async (prices, dollars) => {
    const { route } = CHAT;
    metrics.routeTokens.labels({ route, kind: "prompt" }).inc(400);
    metrics.routeTokens.labels({ route, kind: "generation" }).inc(600);
    metrics.requests.labels({ ...CHAT, outcome: "stop" }).inc(3);
    metrics.requests.labels({ ...CHAT, outcome: "error" }).inc(1);
    metrics.requests.labels({ ...CHAT, outcome: "rejected" }).inc(9);
    expect(await values("neurectomy", "neurectomy_cost_per_request", prices)).toEqual([
      [{ endpoint: route }, expect.closeTo(dollars * 100, 9)],
    ]);
  });
});

describe("memory of models", () => {
  beforeEach(() => {
    metrics.modelDeviceMemory.labels({ ...MODEL, part: "weights" }).set(600);
    metrics.modelDeviceMemory.labels({ ...MODEL, part: "kv_cache" }).set(200);
    metrics.kvCells.labels(MODEL).set(100);
    metrics.kvCellsUsed.labels(MODEL).set(85);
    metrics.prefixCells.labels(MODEL).set(60);
  });

  test("is used by weights and by the cells that running requests hold", async () => {
    expect(await values("ryot", "ryot_memory_efficiency_ratio")).toEqual([[MODEL, 650 / 800]]);
  });

  test("is shared by the GPUs that a model holds, and none where it holds none", async () => {
    expect(await values("ryot", "ryot_gpu_memory_usage_bytes")).toEqual([]);
    for (const gpu of ["0", "1"]) metrics.gpuHeld.labels({ ...MODEL, gpu }).inc(1);
    const onEach = (bytes: number) => ["0", "1"].map((gpu_id) => [{ ...MODEL, gpu_id }, bytes]);
    expect(await values("ryot", "ryot_gpu_memory_usage_bytes")).toEqual(onEach(325));
    expect(await values("ryot", "ryot_gpu_memory_reserved_bytes")).toEqual(onEach(400));
  });

  test("comes with the utilisation of those GPUs", async () => {
    gpu("utilization_ratio").set(0.5);
    metrics.gpuHeld.labels({ ...MODEL, gpu: "0" }).inc(1);
    expect(await values("ryot", "ryot_gpu_utilization_percent")).toEqual([[{ ...MODEL, gpu_id: "0" }, 50]]);
  });
});

describe("the node", () => {
  test.each([
    ["offline", 0],
    ["online", 1],
    ["busy", 2],
    ["starting", 3],
  ])("that is %s has status %i", async (state, status) => {
    for (const other of ["starting", "offline", "online", "busy"] as const)
      metrics.nodeState.labels({ state: other }).from(() => (other === state ? 1 : 0));
    expect(await values("distributed-llm", "distributed_llm_node_status")).toEqual([
      [{ node_id: "here" }, status],
    ]);
  });

  test("has resources in units of each's own", async () => {
    metrics.nodeCores.labels({}).set(8);
    metrics.nodeMemory.labels({ state: "used" }).from(() => 2 ** 30);
    metrics.nodeMemory.labels({ state: "free" }).from(() => 2 ** 30);
    gpu("memory_total_bytes").set(2 ** 34);
    const resources = await show("distributed-llm", "distributed_llm_node_resources");
    expect(
      Object.fromEntries(resources.map(({ labels, value }) => [labels["resource_type"], value])),
    ).toEqual({
      cpu_cores: 8,
      memory_mb: 2048,
      gpu_0_memory_mb: 16384,
    });
  });

  test("uses energy by the time that each model's steps took", async () => {
    gpu("energy_joules_total").inc(3600);
    metrics.stepDuration.labels(MODEL).observe(1);
    metrics.stepDuration.labels({ model: "n" }).observe(3);
    metrics.generationTokens.labels(TENANT).inc(1000);
    expect(await values("neuronetes", "energy_kwh_per_1k_tokens")).toEqual([
      [MODEL, expect.closeTo(0.00025, 12)],
    ]);
    expect(await values("tacho", "tacho_joules_per_token")).toEqual([[MODEL, expect.closeTo(0.9, 9)]]);
    expect(await values("tacho", "tacho_carbon_grams_total")).toEqual([
      [{ gpu: "0" }, expect.closeTo(0.4, 9)],
    ]);
  });
});

describe("shares of the last minute", () => {
  test("are those of what was recorded", async () => {
    metrics.promptTokens.labels(TENANT).inc(200);
    metrics.cachedPromptTokens.labels(TENANT).inc(50);
    metrics.sessionTurns.labels({ ...MODEL, affinity: "hit" }).inc(3);
    metrics.sessionTurns.labels({ ...MODEL, affinity: "miss" }).inc(1);
    metrics.decodeDuration.labels(MODEL).observe(2);
    metrics.requestGenerationTokens.labels(MODEL).observe(44);
    expect(await values("neuronetes", "agent_kv_cache_hit_ratio")).toEqual([[MODEL, 0.25]]);
    expect(await values("ryot", "ryot_model_cache_hit_ratio")).toEqual([[MODEL, 0.25]]);
    expect(await values("neuronetes", "session_affinity_hit_ratio")).toEqual([[{}, 0.75]]);
    expect(await values("neuronetes", "agent_rtf_ratio")).toEqual([[MODEL, expect.closeTo(0.25, 9)]]);
  });
});
