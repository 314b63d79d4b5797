import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCatalog,
  newSegmentPath,
  openReader,
  openTelemetry,
  type AnyViewSpec,
  type DerivedViewSpec,
  type SpecOf,
  type Telemetry,
  type ViewProduct,
  type ViewQuantile,
} from "../../../src/telemetry/index.js";
import { parseExposition } from "../exposition-parser.js";
import { openMetricsReference } from "../openmetrics-reference.js";
import { parseProtobuf } from "../protobuf-parser.js";

const catalog = defineCatalog({
  requests: {
    type: "counter",
    name: "app_requests_total",
    help: "Requests.",
    labels: { model: "configured", outcome: ["ok", "error"] },
  },
  duration: {
    type: "histogram",
    name: "app_duration_seconds",
    help: "Duration.",
    labels: { model: "configured" },
    bounds: [1, 2, 4],
  },
  weights: { type: "gauge", name: "app_weights_bytes", help: "Weights.", labels: {} },
  breaker: {
    type: "stateset",
    name: "app_worker",
    help: "Worker.",
    labels: {},
    states: ["ready", "starting", "down"],
  },
});

let telemetry: Telemetry<SpecOf<typeof catalog>>;
const requests = (model: string, outcome: "ok" | "error") =>
  telemetry.metrics.requests.labels({ model, outcome });
const duration = (model: string) => telemetry.metrics.duration.labels({ model });
beforeEach(() => {
  telemetry = openTelemetry(catalog, { path: newSegmentPath() });
  requests("m", "ok").inc(6);
  requests("m", "error").inc(2);
  requests("n", "error").inc(3);
  for (const seconds of [0.5, 1.5, 1.5, 3]) duration("m").observe(seconds);
});
afterEach(() => telemetry.close());

const view = (derive: ViewProduct | ViewQuantile, over = 0): DerivedViewSpec => ({
  name: "v",
  type: "gauge",
  help: "V.",
  over,
  derive,
});
const byModel = { labels: { model: { from: "model" } } } as const;
const ALL = { metric: "app_requests_total", ...byModel } as const;
const ERRORS = { ...ALL, where: { outcome: "error" } } as const;
const MEAN: ViewProduct = {
  times: [{ metric: "app_duration_seconds", take: "sum" }],
  per: [{ metric: "app_duration_seconds", take: "count" }],
};

/** Values by the model. */
async function show(...views: AnyViewSpec[]): Promise<Record<string, number>> {
  const families = parseExposition((await telemetry.render({ views })).toString());
  const samples = [...families.values()].flatMap((family) => family.samples);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels["model"] ?? "", value]));
}

describe("a derived view", () => {
  it("divides sums by sums, and shows no series that has nothing to divide by", async () => {
    expect(await show(view({ times: [ERRORS], per: [ALL], scale: 100 }))).toEqual({ m: 25, n: 100 });
    expect(await show(view(MEAN))).toEqual({ m: 1.625 });
    duration("idle");
    expect(await show(view(MEAN))).toEqual({ m: 1.625 });
  });

  it("takes a factor of fewer labels for every series that fits", async () => {
    telemetry.metrics.weights.labels({}).set(10);
    const total = { metric: "app_requests_total", labels: {} };
    const derive = { times: [ALL, { metric: "app_weights_bytes" }], per: [total] };
    expect(await show(view(derive))).toEqual({ m: 80 / 11, n: 30 / 11 });
  });

  it("shows nothing while the metric of a factor is missing, and appears with it", async () => {
    const views = [view({ times: [ALL], per: [{ metric: "app_late_total" }] })];
    expect(await telemetry.render({ views })).toHaveLength(0);
    const late = defineCatalog({
      late: { type: "counter", name: "app_late_total", help: "Late.", labels: {} },
    });
    telemetry.extend(late).late.labels({}).inc(2);
    expect((await telemetry.snapshot({ views }))["v"]!.series).toMatchObject([{ value: 4 }, { value: 1.5 }]);
  });

  it("finds quantiles between the bounds that are recorded", async () => {
    const of = { metric: "app_duration_seconds" };
    expect(await show(view({ quantile: 0.5, of }))).toEqual({ m: 1.5 });
    expect(await show(view({ quantile: 0.5, of: { ...of, scale: 1000 } }))).toEqual({ m: 1500 });
  });

  it("counts of histograms the events up to a bound", async () => {
    const count = { metric: "app_duration_seconds", take: "count" } as const;
    const beyond = [count, { ...count, atMost: 2, scale: -1 }];
    expect(await show(view({ times: [beyond], per: [count] }))).toEqual({ m: 0.25 });
  });

  it("may have several values, which are added up where they become alike", async () => {
    const more = [
      { over: 0, derive: { times: [{ ...ERRORS, scale: 10 }] } },
      { over: 0, derive: { times: [{ metric: "app_no_such_total" }] } },
      { over: 0, derive: { times: [{ ...ALL, labels: { model: { value: "all" } } }] } },
    ];
    expect(await show({ ...view({ times: [ALL] }), more })).toEqual({ m: 28, n: 33, all: 11 });
  });

  it("is a gauge in every format", async () => {
    const views = [view(MEAN)];
    expect((await telemetry.snapshot({ views }))["v"]).toMatchObject({
      type: "gauge",
      series: [{ labels: { model: "m" }, value: 1.625 }],
    });
    const [family] = openMetricsReference()(await telemetry.render({ format: "openmetrics", views }));
    expect(family).toMatchObject({ name: "v", type: "gauge" });
    expect(parseProtobuf(await telemetry.render({ format: "protobuf", views })).get("v")).toEqual([
      { labels: { model: "m" }, value: 1.625 },
    ]);
  });

  it.each<[string, object, string]>([
    ["type", { type: "counter" }, 'Expected gauge for type of view v but received "counter".'],
    ["over", { over: undefined }, "Expected a number for over of view v but received undefined."],
    ["derive", { derive: 5 }, "Expected an object for derive of view v but received 5."],
    ["times", { derive: {} }, "Expected an array for times of derive of view v but received undefined."],
    [
      "times",
      { derive: { times: [] } },
      "Expected at least one factor for times of view v but received none.",
    ],
    [
      "per",
      { derive: { times: [ALL], per: [[]] } },
      "Expected at least one source for per of derive of view v but received an array.",
    ],
    [
      "quantile",
      { derive: { quantile: 2, of: { metric: "app_duration_seconds" } } },
      "Expected a number from 0 to 1 for quantile of view v but received 2.",
    ],
    [
      "more",
      { more: [{ over: 0 }] },
      "Expected an object for derive of more of view v but received undefined.",
    ],
    [
      "atMost",
      { derive: { times: [{ metric: "app_duration_seconds", take: "count", atMost: 3 }] } },
      "Expected a bound of app_duration_seconds for atMost of view v but received 3.",
    ],
    [
      "of",
      { derive: { quantile: 0.5 } },
      "Expected an object for of of derive of view v but received undefined.",
    ],
  ])("is refused by its %s, in one line", async (_field, change, message) => {
    const views = [{ ...view({ times: [ALL] }), ...change } as DerivedViewSpec];
    await expect(telemetry.render({ views })).rejects.toMatchObject({ code: "invalid_view", message });
  });
});

describe("a window", () => {
  const PASSED = view({ times: [ALL] }, 60);
  const LONGEST_WAIT = { timeout: 30_000, interval: 100 };

  it("shows what was added since it is followed, also of series that came later", async () => {
    telemetry.follow([PASSED]);
    expect(await show(PASSED)).toEqual({ m: 0, n: 0 });
    requests("m", "ok").inc(5);
    requests("late", "ok").inc(7);
    expect(await show(PASSED)).toEqual({ m: 5, n: 0, late: 7 });
    expect(await show(PASSED)).toEqual({ m: 5, n: 0, late: 7 });
  });

  it("shows the rate at its true length", async () => {
    const before = performance.now();
    telemetry.follow([PASSED]);
    const following = performance.now();
    requests("m", "ok").inc(1000);
    const begun = performance.now();
    const { m, n } = await show(view({ times: [ALL], perSecond: true }, 60));
    expect(m).toBeGreaterThanOrEqual(1e6 / (performance.now() - before));
    expect(m).toBeLessThanOrEqual(1e6 / (begun - following));
    expect(n).toBe(0);
  });

  it("is that of each of several values", async () => {
    const [minute, ever] = [{ value: "minute" }, { value: "ever" }].map((model) => ({
      metric: "app_requests_total",
      labels: { model },
    }));
    const both = { ...view({ times: [minute!] }, 60), more: [{ over: 0, derive: { times: [ever!] } }] };
    telemetry.follow([both]);
    requests("m", "ok").inc(5);
    expect(await show(both)).toEqual({ minute: 5, ever: 16 });
  });

  it("moves on each second", async () => {
    const short = view({ times: [ALL] }, 1);
    telemetry.follow([short]);
    requests("m", "ok").inc(5);
    expect(await show(short)).toEqual({ m: 5, n: 0 });
    await expect.poll(() => show(short), LONGEST_WAIT).toEqual({ m: 0, n: 0 });
  }, 40_000);

  it("shows the quantiles of what was recorded in it, and none where that was nothing", async () => {
    const of = { metric: "app_duration_seconds" };
    const quantile = view({ quantile: 0.9, of }, 60);
    telemetry.follow([quantile]);
    duration("n");
    expect(await show(quantile)).toEqual({});
    duration("n").observe(3);
    expect(await show(quantile)).toEqual({ n: 3.8 });
  });

  it("is refused where nobody follows, be it no longer or in another process", async () => {
    const refusal = {
      code: "invalid_view",
      message: "Expected a window that is followed for over of view v but received 60 s, not followed.",
    };
    await expect(show(PASSED)).rejects.toMatchObject(refusal);
    const one = telemetry.follow([PASSED]);
    const other = telemetry.follow([PASSED]);
    one();
    one();
    expect(await show(PASSED)).toEqual({ m: 0, n: 0 });
    const reader = openReader(telemetry.path!);
    await expect(reader.render({ views: [PASSED] })).rejects.toMatchObject(refusal);
    reader.close();
    other();
    await expect(show(PASSED)).rejects.toMatchObject(refusal);
  });

  it("can be followed neither of a view that is wrong nor once the telemetry is closed", () => {
    const wrong = view({ times: [{ ...ALL, labels: { model: { from: "tenant" } } }] }, 60);
    expect(() => telemetry.follow([wrong])).toThrow(
      "Expected labels of app_requests_total for labels of view v but received tenant.",
    );
    const end = telemetry.follow([PASSED]);
    telemetry.close();
    end();
    expect(() => telemetry.follow([PASSED])).toThrow(expect.objectContaining({ code: "closed" }));
  });
});

describe("views beside the metrics", () => {
  it("come after them, and alone from the same array", async () => {
    const views = [view(MEAN)];
    const metrics = (await telemetry.render()).toString();
    const alone = (await telemetry.render({ views })).toString();
    expect((await telemetry.render({ views, withMetrics: true })).toString()).toBe(metrics + alone);
    expect((await telemetry.render({ views, withMetrics: false })).toString()).toBe(alone);
    const reader = openReader(telemetry.path!);
    expect((await reader.render({ views, withMetrics: true })).toString()).toBe(metrics + alone);
    reader.close();
  });

  it("come one array after another, each of which is read once in however many sets", async () => {
    let readings = 0;
    const counted = (name: string) => [
      {
        ...view(MEAN),
        get name() {
          readings++;
          return name;
        },
      },
    ];
    const [a, b] = [counted("a"), counted("b")];
    const show = async (...views: (typeof a)[]) => (await telemetry.render({ views })).toString();
    const [ofA, ofB] = [await show(a), await show(b)];
    const before = readings;
    expect(await show(a, b)).toBe(ofA + ofB);
    expect(await show(b, a)).toBe(ofB + ofA);
    expect((await telemetry.render({ views: a })).toString()).toBe(ofA);
    expect(readings).toBe(before);
    await expect(show(a, counted("a"))).rejects.toThrow("a name that no other view's lines have");
  });

  it("are refused where a metric has one of their names", async () => {
    const views = [{ ...view(MEAN), name: "app_duration_seconds_count" }];
    await expect(telemetry.render({ views, withMetrics: true })).rejects.toThrow(
      "Expected a name that no metric's lines have for name of view app_duration_seconds_count",
    );
  });
});

describe("a scale", () => {
  it("of 0 or less makes numbers of states and differences of counters", async () => {
    telemetry.metrics.breaker.labels({}).set("starting");
    const state = (where: string, scale: number) => ({
      metric: "app_worker",
      where: { app_worker: where },
      labels: {},
      scale,
    });
    const breaker: AnyViewSpec = {
      name: "v",
      type: "gauge",
      help: "V.",
      from: [state("ready", 0), state("down", 1), state("starting", 2)],
    };
    expect(await show(breaker)).toEqual({ "": 2 });
    telemetry.metrics.breaker.labels({}).set("ready");
    expect(await show(breaker)).toEqual({ "": 0 });
    const fine = { ...breaker, from: [ALL, { ...ERRORS, scale: -1 }] };
    expect(await show(fine)).toEqual({ m: 6, n: 0 });
  });
});
