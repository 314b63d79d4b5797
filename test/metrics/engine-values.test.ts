import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { catalog } from "../../src/metrics/catalog.js";
import type { Dialect } from "../../src/metrics/dialect.js";
import { dcgm } from "../../src/metrics/dialects/dcgm.js";
import { llamacpp } from "../../src/metrics/dialects/llamacpp.js";
import { otel } from "../../src/metrics/dialects/otel.js";
import { tgi } from "../../src/metrics/dialects/tgi.js";
import { vllm } from "../../src/metrics/dialects/vllm.js";
import { defineCatalog, openTelemetry, type SpecOf, type Telemetry } from "../../src/telemetry/index.js";
import { parseExposition } from "../telemetry/exposition-parser.js";
import { FACTS } from "./systems.js";

let telemetry: Telemetry<SpecOf<typeof catalog>>;
beforeEach(() => {
  telemetry = openTelemetry(catalog);
});
afterEach(() => telemetry.close());

const VIEWS = new Map([vllm, llamacpp, tgi, otel, dcgm].map((dialect) => [dialect, dialect.views(FACTS)]));

/** The samples of a dialect, by `name{label="value"}` as written. */
async function shown(dialect: Dialect): Promise<Map<string, number>> {
  const text = (await telemetry.render({ views: VIEWS.get(dialect)! })).toString();
  parseExposition(text);
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(lines.map((line) => [line.slice(0, line.lastIndexOf(" ")), Number(line.split(" ").at(-1))]));
}

const MODEL = { model: "m" };
const M = 'model_name="m",engine="0"';

describe("vLLM's", () => {
  test("KV usage counts running requests' cells only, and is absent without cells", async () => {
    expect((await shown(vllm)).has(`vllm:kv_cache_usage_perc{${M}}`)).toBe(false);
    telemetry.metrics.kvCells.labels(MODEL).set(1000);
    telemetry.metrics.kvCellsUsed.labels(MODEL).set(700);
    telemetry.metrics.prefixCells.labels(MODEL).set(300);
    expect((await shown(vllm)).get(`vllm:kv_cache_usage_perc{${M}}`)).toBe(0.4);
  });

  test("cache configuration is a series of 1", async () => {
    telemetry.metrics.kvCacheInfo.labels({ ...MODEL, block_size: "16", num_blocks: "256" }).show();
    const labels = `${M},enable_prefix_caching="True",block_size="16",num_gpu_blocks="256"`;
    expect((await shown(vllm)).get(`vllm:cache_config_info{${labels}}`)).toBe(1);
  });

  test("finished requests are ours by their outcome, of all routes together", async () => {
    const ended = (route: string, outcome: "stop" | "cancelled" | "timeout" | "rejected", count: number) =>
      telemetry.metrics.requests.labels({ ...MODEL, route, outcome }).inc(count);
    ended("/v1/completions", "stop", 2);
    ended("/v1/chat/completions", "stop", 3);
    ended("/v1/completions", "cancelled", 4);
    ended("/v1/completions", "timeout", 1);
    ended("/v1/completions", "rejected", 9);
    const values = [...(await shown(vllm))].filter(([name]) => name.startsWith("vllm:request_success"));
    expect(values).toEqual([
      [`vllm:request_success_total{${M},finished_reason="stop"}`, 5],
      [`vllm:request_success_total{${M},finished_reason="abort"}`, 5],
    ]);
  });

  test("prompt tokens are told apart by where they came from", async () => {
    telemetry.metrics.prefilledTokens.labels(MODEL).inc(30);
    telemetry.metrics.cachedPromptTokens.labels({ ...MODEL, tenant: "a" }).inc(12);
    telemetry.metrics.cachedPromptTokens.labels({ ...MODEL, tenant: "b" }).inc(8);
    const values = await shown(vllm);
    const of = (source: string) => values.get(`vllm:prompt_tokens_by_source_total{${M},source="${source}"}`);
    expect([of("local_compute"), of("local_cache_hit")]).toEqual([30, 20]);
    expect(values.get(`vllm:prefix_cache_hits_total{${M}}`)).toBe(20);
  });

  test("TTFT falls into vLLM's buckets, of all routes together", async () => {
    for (const route of ["/v1/completions", "/v1/messages"])
      telemetry.metrics.timeToFirstToken.labels({ ...MODEL, route }).observe(0.03);
    const values = await shown(vllm);
    const bucket = (le: string) => values.get(`vllm:time_to_first_token_seconds_bucket{${M},le="${le}"}`);
    expect([bucket("0.02"), bucket("0.04"), bucket("+Inf")]).toEqual([0, 2, 2]);
  });

  test("health is that of the engine host", async () => {
    const state = telemetry.metrics.engineState.labels(MODEL);
    state.set("ready");
    expect((await shown(vllm)).get(`vllm:engine_healthy{${M}}`)).toBe(1);
    state.set("down");
    expect((await shown(vllm)).get(`vllm:engine_healthy{${M}}`)).toBe(0);
  });
});

describe("llama-server's", () => {
  beforeEach(() => void telemetry.follow(VIEWS.get(llamacpp)!));

  test("whole numbers are written out, all models and tenants together", async () => {
    telemetry.metrics.generationTokens.labels({ ...MODEL, tenant: "a" }).inc(1_234_567);
    telemetry.metrics.generationTokens.labels({ model: "n", tenant: "b" }).inc(1_000_000_000_000);
    const text = (await telemetry.render({ views: VIEWS.get(llamacpp)! })).toString();
    expect(text).toMatch(/^llamacpp:tokens_predicted_total 1000001234567$/m);
  });

  test("busy slots are a step's sequences, on average", async () => {
    for (const sequences of [1, 2, 6]) telemetry.metrics.stepSequences.labels(MODEL).observe(sequences);
    expect((await shown(llamacpp)).get("llamacpp:n_busy_slots_per_decode")).toBe(3);
  });

  test("longest sequence is the longest of all models", async () => {
    telemetry.metrics.longestSequence.labels(MODEL).raise(70);
    telemetry.metrics.longestSequence.labels({ model: "n" }).raise(40);
    expect((await shown(llamacpp)).get("llamacpp:n_tokens_max")).toBe(70);
  });
});

test("llama-server's throughput is tokens by the time spent on them, the same for whoever asks", async () => {
  telemetry.metrics.prefilledTokens.labels(MODEL).inc(1_000_000);
  telemetry.metrics.prefillDuration.labels(MODEL).observe(1);
  telemetry.follow(VIEWS.get(llamacpp)!);
  expect((await shown(llamacpp)).has("llamacpp:prompt_tokens_seconds")).toBe(false);
  telemetry.metrics.prefilledTokens.labels(MODEL).inc(100);
  telemetry.metrics.prefillDuration.labels(MODEL).observe(0.5);
  for (let scraper = 0; scraper < 2; scraper++)
    expect((await shown(llamacpp)).get("llamacpp:prompt_tokens_seconds")).toBeCloseTo(200);
  expect((await shown(llamacpp)).get("llamacpp:prompt_seconds_total")).toBe(1.5);
});

test("TGI's failures are ours by its words for them", async () => {
  const ended = (
    outcome: "invalid" | "rejected" | "timeout" | "error" | "cancelled" | "stop",
    count: number,
  ) => telemetry.metrics.requests.labels({ ...MODEL, route: "/v1/completions", outcome }).inc(count);
  (["stop", "rejected", "invalid", "timeout", "error", "cancelled"] as const).forEach(ended);
  const values = await shown(tgi);
  const failures = ["overloaded", "validation", "incomplete", "generation", "dropped"];
  expect(failures.map((err) => values.get(`tgi_request_failure{err="${err}"}`))).toEqual([1, 2, 3, 4, 5]);
  expect([values.get("tgi_request_count"), values.get("tgi_request_success")]).toEqual([15, 0]);
});

test("OpenTelemetry's durations are by operation, whatever the route", async () => {
  for (const route of ["/v1/chat/completions", "/v1/messages", "/v1/completions"])
    telemetry.metrics.requestDuration.labels({ ...MODEL, route }).observe(0.1);
  const values = await shown(otel);
  const of = (operation: string) =>
    values.get(
      `gen_ai_server_request_duration_seconds_count{gen_ai_provider_name="tacho",gen_ai_request_model="m",gen_ai_operation_name="${operation}"}`,
    );
  expect([of("chat"), of("text_completion"), of("embeddings")]).toEqual([2, 1, undefined]);
});

describe("a GPU's", () => {
  const gpu = { gpu: "0", uuid: "GPU-1" };
  const labels = { gpu: "configured", uuid: "configured" } as const;
  const help = "As the native reader has it.";

  beforeEach(() => {
    const metrics = telemetry.extend(
      defineCatalog({
        energy: { type: "counter", name: "tacho_gpu_energy_joules_total", help, unit: "joules", labels },
        used: { type: "gauge", name: "tacho_gpu_memory_used_bytes", help, unit: "bytes", labels },
        total: { type: "gauge", name: "tacho_gpu_memory_total_bytes", help, unit: "bytes", labels },
        xids: {
          type: "counter",
          name: "tacho_gpu_xid_errors_total",
          help,
          labels: { ...labels, code: "configured" },
        },
      }),
    );
    metrics.energy.labels(gpu).inc(1.5);
    metrics.used.labels(gpu).set(3 * 2 ** 20);
    metrics.total.labels(gpu).set(4 * 2 ** 20);
    telemetry.follow(VIEWS.get(dcgm)!);
    metrics.xids.labels({ ...gpu, code: "79" }).inc(2);
  });

  test("numbers have DCGM's units", async () => {
    const values = await shown(dcgm);
    const own = `gpu="0",UUID="GPU-1",Hostname="${FACTS.node}"`;
    expect(values.get(`DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${own}}`)).toBe(1500);
    expect(values.get(`DCGM_FI_DEV_FB_USED{${own}}`)).toBe(3);
    expect(values.get(`DCGM_EXP_XID_ERRORS_COUNT{${own},window_size_in_ms="300000",xid="79"}`)).toBe(2);
  });

  test("memory is shared out as OpenTelemetry has it", async () => {
    const values = await shown(otel);
    const own = 'hw_id="GPU-1",hw_type="gpu",hw_vendor="NVIDIA"';
    expect(values.get(`hw_gpu_memory_usage_bytes{${own}}`)).toBe(3 * 2 ** 20);
    expect(values.get(`hw_gpu_memory_utilization_ratio{${own}}`)).toBe(0.75);
    expect(values.get(`hw_energy_joules_total{${own}}`)).toBe(1.5);
  });
});
