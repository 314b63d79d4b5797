import { describe, expect, test } from "vitest";
import type { DialectName } from "../../src/metrics/dialect.js";
import { DIALECTS } from "../../src/metrics/dialects.js";
import type { MetricSpec } from "../../src/telemetry/index.js";
import { KNOWN_METRICS } from "./recorded-metrics.js";
import { FACTS } from "./systems.js";
import { metricsScript } from "./metrics-script.js";
import { labelSourcesOf } from "./view-parts.js";

interface Family {
  name: string;
  type: string;
  help: string;
  labels: string[];
}

const { lint, familyOf } = (await metricsScript("promlint.mjs")) as {
  lint: (families: readonly Family[]) => string[];
  familyOf: (metric: MetricSpec) => Family;
};

const GAUGE: Family = { name: "app_queue_depth", type: "gauge", help: "Depth.", labels: [] };

describe("the linter", () => {
  test.each<[Partial<Family>, string]>([
    [{ help: "" }, "no help text"],
    [{ name: "app_wait_milliseconds" }, 'use base unit "seconds" instead of "milliseconds"'],
    [{ name: "app_minutes_left" }, 'use base unit "seconds" instead of "minutes"'],
    [{ name: "app_sent_kibibytes" }, 'use base unit "bytes" instead of "kibibytes"'],
    [{ type: "counter" }, 'counter metrics should have "_total" suffix'],
    [{ name: "app_jobs_total" }, 'non-counter metrics should not have "_total" suffix'],
    [{ name: "app_jobs_bucket" }, 'non-histogram metrics should not have "_bucket" suffix'],
    [{ name: "app_jobs_count" }, 'non-histogram and non-summary metrics should not have "_count" suffix'],
    [{ name: "app_jobs_sum" }, 'non-histogram and non-summary metrics should not have "_sum" suffix'],
    [{ labels: ["le"] }, 'non-histogram metrics should not have "le" label'],
    [{ labels: ["quantile"] }, 'non-summary metrics should not have "quantile" label'],
    [{ name: "app_queue_gauge" }, "metric name should not include type 'gauge'"],
    [{ name: "app:depth" }, "metric names should not contain ':'"],
    [{ name: "app_queueDepth" }, "metric names should be written in 'snake_case' not 'camelCase'"],
    [{ labels: ["queueName"] }, "label names should be written in 'snake_case' not 'camelCase'"],
    [{ name: "app_wait_ms" }, "metric names should not contain abbreviated units"],
    [{ name: "app_ms_waited" }, "metric names should not contain abbreviated units"],
  ])("finds in %o: %s", (change, problem) => {
    const family = { ...GAUGE, ...change };
    expect(lint([family])).toEqual([`${family.name} ${problem}`]);
  });

  test.each<Partial<Family>>([
    {},
    { type: "counter", name: "app_jobs_total" },
    { type: "unknown", name: "app_jobs_total" },
    { name: "app_thermometers_read" },
    { name: "ms_left" },
    { name: "app_kilometre_seconds" },
  ])("finds nothing in %o", (change) => {
    expect(lint([{ ...GAUGE, ...change }])).toEqual([]);
  });
});

function familiesOf(dialect: DialectName): Family[] {
  return DIALECTS[dialect].views(FACTS).map((view) => ({
    name: view.name,
    type: view.type === "info" ? "gauge" : view.type,
    help: view.help,
    labels: labelSourcesOf(view).flatMap(({ labels }) => Object.keys(labels ?? {})),
  }));
}

const ABBREVIATED = "metric names should not contain abbreviated units";
const NO_TOTAL = 'counter metrics should have "_total" suffix';
const HOURS = 'use base unit "seconds" instead of "hours"';

/** How the systems' names break the rules, and ours must with them. */
const DEVIATIONS: Partial<Record<DialectName, readonly string[]>> = {
  neuronetes: [
    `agent_ttft_ms ${ABBREVIATED}`,
    `agent_latency_ms ${ABBREVIATED}`,
    `agent_tokens_out_per_s ${ABBREVIATED}`,
    `agent_total_tokens ${NO_TOTAL}`,
    `gpu_vram_used_gb ${ABBREVIATED}`,
    `gpu_vram_total_gb ${ABBREVIATED}`,
    `stream_init_ms ${ABBREVIATED}`,
    `token_delivery_jitter_ms ${ABBREVIATED}`,
    `gpu_hours_total ${HOURS}`,
    `cpu_hours_total ${HOURS}`,
    `egress_gb_total ${ABBREVIATED}`,
  ],
  "distributed-llm": [`distributed_llm_inference_tokens_generated ${NO_TOTAL}`],
};

describe("the names of metrics", () => {
  test("of ours follow the rules", () => {
    expect(KNOWN_METRICS.size).toBeGreaterThan(100);
    expect(lint([...KNOWN_METRICS.values()].map(familyOf))).toEqual([]);
  });

  test.each<DialectName>(["tacho", "neuronetes", "distributed-llm", "neurectomy", "ryot", "orchestrator"])(
    "of %s break only the rules that their system's do",
    (dialect) => {
      expect(lint(familiesOf(dialect))).toEqual(DEVIATIONS[dialect] ?? []);
    },
  );
});
