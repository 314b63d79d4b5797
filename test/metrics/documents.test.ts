import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { engineMetrics } from "../../src/metrics/catalog/engine.js";
import { guardrailMetrics } from "../../src/metrics/catalog/guardrails.js";
import { httpMetrics } from "../../src/metrics/catalog/http.js";
import { modelMetrics } from "../../src/metrics/catalog/models.js";
import { nodeMetrics } from "../../src/metrics/catalog/node.js";
import { requestMetrics } from "../../src/metrics/catalog/requests.js";
import { sessionMetrics } from "../../src/metrics/catalog/sessions.js";
import { stageMetrics } from "../../src/metrics/catalog/stages.js";
import type { Dialect } from "../../src/metrics/dialect.js";
import { DIALECTS } from "../../src/metrics/dialects.js";
import { runtimeCatalog, type AnyViewSpec, type MetricSpec } from "../../src/telemetry/index.js";
import { metricsScript } from "./metrics-script.js";
import { KNOWN_METRICS } from "./recorded-metrics.js";

interface Declared {
  parts: Record<string, Record<string, MetricSpec>>;
  runtime: Record<string, MetricSpec>;
  dialects: readonly Dialect[];
}

const { documents } = (await metricsScript("documents.mjs")) as {
  documents: (declared: Declared) => Record<string, string>;
};
const { madeOf } = (await metricsScript("made-of.mjs")) as { madeOf: (view: AnyViewSpec) => string };

const written = documents({
  parts: {
    engineMetrics,
    guardrailMetrics,
    httpMetrics,
    modelMetrics,
    nodeMetrics,
    requestMetrics,
    sessionMetrics,
    stageMetrics,
  },
  runtime: runtimeCatalog.metrics,
  dialects: Object.values(DIALECTS),
});

describe("the documents of metrics", () => {
  test.each(Object.keys(written))("%s is what `npm run metrics:docs` writes", (path) => {
    expect(readFileSync(path, "utf8")).toBe(written[path]);
  });

  test("name every metric once", () => {
    const names = Array.from(written["docs/metrics.md"]!.matchAll(/^\| `(\w+)` /gm), ([, name]) => name);
    expect(names.sort()).toEqual([...KNOWN_METRICS.keys()].sort());
  });

  test("name everything that dialects show or wait for", () => {
    const [text] = [written["docs/dialects.md"]!];
    const names = Object.values(DIALECTS).flatMap(({ waiting }) => waiting.map(({ name }) => name));
    expect(names.filter((name) => !text.includes(`\n| \`${name}\` | `))).toEqual([]);
  });
});

describe("what a view is made of", () => {
  const gauge = { name: "g", type: "gauge", help: "G." } as const;

  test.each<[string, AnyViewSpec]>([
    ["1000 × `a_sum`", { ...gauge, from: { metric: "a", take: "sum", scale: 1000 } }],
    [
      '`a` - `b{x="1"}`',
      { ...gauge, from: [{ metric: "a" }, { metric: "b", scale: -1, where: { x: "1" } }] },
    ],
    [
      '`k="p"` of `a{x=~"1|2"}`; `k="q"` of `a{x="3"}`',
      {
        ...gauge,
        from: [
          { metric: "a", where: { x: ["1", "2"] }, labels: { k: { value: "p" } } },
          { metric: "a", where: { x: ["3"] }, labels: { k: { value: "q" } } },
        ],
      },
    ],
    [
      '(`a_count` - `a_bucket{le="2"}`) / `b` of all, over 60 s',
      {
        ...gauge,
        over: 60,
        derive: {
          times: [
            [
              { metric: "a", take: "count", labels: { m: { from: "m" } } },
              { metric: "a", take: "count", atMost: 2, scale: -1, labels: { m: { from: "m" } } },
            ],
          ],
          per: [{ metric: "b", labels: {} }],
        },
      },
    ],
    ["quantile 0.5 of `a`, over 5 s", { ...gauge, over: 5, derive: { quantile: 0.5, of: { metric: "a" } } }],
  ])("is told as %s", (text, view) => {
    expect(madeOf(view)).toBe(text);
  });
});
