import { describe, expect, test } from "vitest";
import { DIALECT_NAMES, type DialectName } from "../../src/metrics/dialect.js";
import { DIALECTS, viewsOf } from "../../src/metrics/dialects.js";
import { ERROR_CLASSES } from "../../src/metrics/dialects/error-classes.js";
import { ERRORS } from "../../src/server/errors.js";
import type { AnyViewSpec, MetricSpec, ViewSource } from "../../src/telemetry/index.js";
import { KNOWN_METRICS, labelNamesOf, labelValuesOf } from "./recorded-metrics.js";
import { FACTS, NO_PRICES, SYSTEMS, type SystemMetric, type SystemName } from "./systems.js";
import { isDerived, labelSourcesOf, sourcesOf } from "./view-parts.js";

const SYSTEM_NAMES = Object.keys(SYSTEMS) as SystemName[];

/** Ours under a system's prefix, where its own are not enough. */
const ADDED: Partial<Record<DialectName, readonly string[]>> = {
  neuronetes: ["agent_ctx_len_tokens", "gpu_vram_total_gb"],
};

/** As its lines have it. */
const shownName = ({ name, type }: SystemMetric) => (type === "info" ? `${name}_info` : name);

function labelsOf(view: AnyViewSpec): string[][] {
  return labelSourcesOf(view).map((source) => {
    const all = Object.keys(KNOWN_METRICS.get(source.metric)?.labels ?? {});
    return source.labels ? Object.keys(source.labels) : all;
  });
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.abs(b);
}

describe.each(SYSTEM_NAMES)("the dialect %s", (system) => {
  const dialect = DIALECTS[system];
  const views = new Map(dialect.views(FACTS).map((view) => [view.name, view]));
  const waiting = new Set(dialect.waiting.map(({ name }) => name));

  test("has each of its system's metrics alive or waiting, and none in both", () => {
    const alive = SYSTEMS[system].filter((metric) => views.has(shownName(metric)));
    const named = SYSTEMS[system].filter(({ name }) => waiting.has(name));
    expect([...alive, ...named].map(({ name }) => name).sort()).toEqual(
      SYSTEMS[system].map(({ name }) => name).sort(),
    );
  });

  test("has nothing else, but what it says it adds", () => {
    const known = new Set(SYSTEMS[system].map(shownName));
    const added = [...views.keys(), ...waiting].filter((name) => !known.has(name));
    expect(added.sort()).toEqual([...(ADDED[system] ?? [])].sort());
  });

  test("names the feature that each waiting metric waits for", () => {
    expect(dialect.waiting.filter(({ needs }) => needs.trim().length < 5)).toEqual([]);
  });

  test("has notes on metrics of its own alone", () => {
    const names = [...SYSTEMS[system].map(({ name }) => name), ...(ADDED[system] ?? [])];
    expect(Object.keys(dialect.notes).filter((name) => !names.includes(name))).toEqual([]);
  });

  const alive = SYSTEMS[system].flatMap((metric) => {
    const view = views.get(shownName(metric));
    return view ? [[metric.name, metric, view] as const] : [];
  });

  test.each(alive)("has %s of the system's type, labels and buckets", (_name, metric, view) => {
    expect(view.type).toBe(metric.type);
    for (const labels of labelsOf(view)) expect(labels.sort()).toEqual([...metric.labels].sort());
    if (metric.buckets) expect(isDerived(view) ? [] : view.bounds).toEqual(metric.buckets);
  });
});

describe.each([...DIALECT_NAMES])("every view of %s", (dialect) => {
  const views = DIALECTS[dialect].views(FACTS);
  const sources = views.flatMap((view) => sourcesOf(view).map((source) => [view, source] as const));

  test("has a name that nothing else has, not even what waits", () => {
    const all = [...views, ...DIALECTS[dialect].waiting].map(({ name }) => name);
    expect(all.filter((name, at) => all.indexOf(name) !== at)).toEqual([]);
  });

  test("is there, or waits, that the dialect has a note on", () => {
    const all = [...views, ...DIALECTS[dialect].waiting].map(({ name }) => name.replace(/_info$/, ""));
    const noted = Object.keys(DIALECTS[dialect].notes).map((name) => name.replace(/_info$/, ""));
    expect(noted.filter((name) => !all.includes(name))).toEqual([]);
  });

  test("is told in a sentence", () => {
    const untold = views.filter(({ help }) => !/^[A-Z0-9].*\.$/s.test(help) || help.includes("\n"));
    expect(untold.map(({ name }) => name)).toEqual([]);
  });

  test("is made of metrics that exist", () => {
    const unknown = sources.filter(([, { metric }]) => !KNOWN_METRICS.has(metric));
    expect(unknown.map(([{ name }, { metric }]) => `${name} of ${metric}`)).toEqual([]);
  });

  test("names labels that its sources have", () => {
    const wrong = sources.flatMap(([view, source]) => {
      const known = labelNamesOf(KNOWN_METRICS.get(source.metric)!);
      const named = [...Object.keys(source.where ?? {}), ...originsOf(source)];
      return named.filter((label) => !known.includes(label)).map((label) => `${view.name}: ${label}`);
    });
    expect(wrong).toEqual([]);
  });

  test("selects by values that its sources can have", () => {
    const wrong = sources.flatMap(([view, source]) =>
      Object.entries(source.where ?? {}).flatMap(([label, wanted]) => {
        const known = labelValuesOf(KNOWN_METRICS.get(source.metric)!, label);
        const values = typeof wanted === "string" ? [wanted] : wanted;
        return values
          .filter((value) => known && !known.includes(value))
          .map((value) => `${view.name}: ${value}`);
      }),
    );
    expect(wrong).toEqual([]);
  });

  test("takes of each source what its type has", () => {
    const wrong = sources.filter(([view, source]) => !fits(view, source));
    expect(wrong.map(([view, { metric }]) => `${view.name} of ${metric}`)).toEqual([]);
  });

  test("shows only bounds that were recorded", () => {
    const wrong = sources.flatMap(([view, source]) => {
      const known = boundsOf(KNOWN_METRICS.get(source.metric)!);
      const scaled = known.map((bound) => bound * (source.scale ?? 1));
      const shown = isDerived(view) ? [] : (view.bounds ?? []);
      return [
        ...shown.filter((bound) => !scaled.some((other) => isNear(other, bound))),
        ...(source.atMost === undefined || known.includes(source.atMost) ? [] : [source.atMost]),
      ].map((bound) => `${view.name}: ${bound}`);
    });
    expect(wrong).toEqual([]);
  });

  test("has factors of finite scale, positive in what cannot be taken away", () => {
    const wrong = sources.filter(
      ([view, { scale = 1 }]) =>
        !Number.isFinite(scale) ||
        scale === 0 ||
        (scale < 0 && view.type !== "gauge" && view.type !== "counter"),
    );
    expect(wrong.map(([{ name }]) => name)).toEqual([]);
  });
});

function originsOf({ labels }: ViewSource): string[] {
  return Object.values(labels ?? {}).flatMap((label) => ("from" in label ? [label.from] : []));
}

function fits(view: AnyViewSpec, { metric, take = "value", atMost }: ViewSource): boolean {
  const { type } = KNOWN_METRICS.get(metric)!;
  const isHistogram = type === "histogram" || type === "nativeHistogram";
  if (atMost !== undefined && take !== "count") return false;
  if (view.type === "info") return type === "info";
  const takesAll = view.type === "histogram" || (isDerived(view) && "quantile" in view.derive);
  if (takesAll) return isHistogram && take === "value";
  // Some systems have an info as a gauge of 1.
  return isHistogram === (take !== "value") && (type !== "info" || view.type === "gauge");
}

function boundsOf(metric: MetricSpec): readonly number[] {
  return metric.type === "histogram" ? metric.bounds : [];
}

describe("the dialects together", () => {
  test("have no name twice, so that all can be shown at once", () => {
    const names = viewsOf(DIALECT_NAMES, FACTS).map(({ name }) => name);
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  test("come each once, in the table's order", () => {
    expect(viewsOf(["ryot", "neuronetes", "ryot"], FACTS)).toEqual([
      ...DIALECTS.neuronetes.views(FACTS),
      ...DIALECTS.ryot.views(FACTS),
    ]);
  });
});

describe("metrics of cost", () => {
  const COST = /cost|carbon/;
  const names = (prices: Partial<typeof FACTS.prices>) =>
    viewsOf(DIALECT_NAMES, { ...FACTS, prices: { ...NO_PRICES, ...prices } })
      .map(({ name }) => name)
      .filter((name) => COST.test(name));
  const OF_TOKENS_OR_GPUS = [
    "cost_usd_per_1k_tokens",
    "cost_usd_per_session",
    "neurectomy_cost_per_request",
    "orchestrator_inference_cost_usd_total",
  ];

  test("are absent without prices", () => {
    expect(names({})).toEqual([]);
  });

  test.each([
    [{ input: 1 }, ["tacho_cost_usd_total", ...OF_TOKENS_OR_GPUS]],
    [{ output: 1 }, ["tacho_cost_usd_total", ...OF_TOKENS_OR_GPUS]],
    [{ gpuHour: 1 }, ["tacho_gpu_cost_usd_total", ...OF_TOKENS_OR_GPUS]],
    [{ carbonIntensity: 1 }, ["tacho_carbon_grams_total"]],
  ])("come with the prices %o", (prices, expected) => {
    expect(names(prices)).toEqual(expected);
  });

  test.each([
    [{ input: 3 }, "cost_usd_per_1k_tokens", ["tacho_prompt_tokens_total"]],
    [{ gpuHour: 3 }, "cost_usd_per_1k_tokens", ["tacho_gpu_held_seconds_total"]],
    [{ output: 1, gpuHour: 3 }, "cost_usd_per_1k_tokens", ["tacho_generation_tokens_total"]],
  ])("by %o take %s from %o at the price's scale", (prices, name, metrics) => {
    const view = viewsOf(["neuronetes"], { ...FACTS, prices: { ...NO_PRICES, ...prices } }).find(
      (other) => other.name === name,
    )!;
    const priced = sourcesOf(view).filter(({ scale = 1 }) => scale !== 1);
    expect(priced.map(({ metric }) => metric)).toEqual(metrics);
  });
});

describe("the classes of errors", () => {
  const listed = Object.values(ERROR_CLASSES).flat();

  test("have each code once", () => {
    expect([...listed].sort()).toEqual([...Object.keys(ERRORS), "client_abort", "client_unread"].sort());
  });

  test("agree with the outcomes that requests are counted under", () => {
    const outcomeOf = (code: string) =>
      code.startsWith("client_") ? "cancelled" : ERRORS[code as keyof typeof ERRORS].outcome;
    const outcomes = Object.entries(ERROR_CLASSES).map(([name, codes]) => [
      name,
      [...new Set(codes.map(outcomeOf))],
    ]);
    expect(Object.fromEntries(outcomes)).toEqual({
      invalid: ["invalid"],
      rejected: ["rejected"],
      timeout: ["timeout"],
      engine: ["error"],
      shutdown: ["error"],
      internal: ["error"],
      client_abort: ["cancelled"],
    });
  });
});
