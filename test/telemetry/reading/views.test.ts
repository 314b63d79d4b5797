import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCatalog,
  openTelemetry,
  type SpecOf,
  type Telemetry,
  type ViewSpec,
} from "../../../src/telemetry/index.js";
import { parseExposition } from "../exposition-parser.js";
import { openMetricsReference } from "../openmetrics-reference.js";

const catalog = defineCatalog({
  tokens: {
    type: "counter",
    name: "tacho_tokens_total",
    help: "Tokens.",
    labels: { model: "configured", kind: ["prompt", "generation"] },
  },
  waiting: { type: "gauge", name: "tacho_waiting", help: "Waiting.", labels: { model: "configured" } },
  firstToken: {
    type: "histogram",
    name: "tacho_first_token_seconds",
    help: "TTFT.",
    labels: { model: "configured", priority: ["low", "high"] },
    bounds: [0.005, 0.07, 0.3, 1],
  },
  build: { type: "info", name: "tacho_build_info", help: "Build.", labels: { version: "open" } },
});

let telemetry: Telemetry<SpecOf<typeof catalog>>;
beforeEach(() => {
  telemetry = openTelemetry(catalog);
  const { tokens, waiting, firstToken, build } = telemetry.metrics;
  tokens.labels({ model: "m", kind: "prompt" }).inc(100);
  tokens.labels({ model: "m", kind: "generation" }).inc(20);
  waiting.labels({ model: "m" }).set(3);
  firstToken.labels({ model: "m", priority: "low" }).observe(0.2);
  firstToken.labels({ model: "m", priority: "high" }).observe(0.01);
  build.labels({ version: "1" }).show();
});
afterEach(() => telemetry.close());

const DIALECT: ViewSpec[] = [
  {
    name: "vllm:prompt_tokens",
    type: "counter",
    help: "Prompt tokens.",
    from: {
      metric: "tacho_tokens_total",
      where: { kind: "prompt" },
      labels: { model_name: { from: "model" }, engine: { value: "0" } },
    },
  },
  {
    name: "vllm:time_to_first_token_ms_total",
    type: "histogram",
    help: "TTFT.",
    from: { metric: "tacho_first_token_seconds", scale: 1000, labels: { model_name: { from: "model" } } },
    bounds: [70, 1000],
  },
  { name: "vllm:num_waiting", type: "gauge", help: "Waiting.", from: { metric: "tacho_waiting" } },
  { name: "vllm:build", type: "info", help: "Build.", from: { metric: "tacho_build_info" } },
  { name: "vllm:gone", type: "gauge", help: "Gone.", from: { metric: "tacho_no_such_metric" } },
];

async function show(...views: ViewSpec[]) {
  const text = (await telemetry.render({ views })).toString();
  return [...parseExposition(text).values()].flatMap((family) => family.samples);
}

describe("a dialect", () => {
  it("shows the same records under its own names, labels and units, and nothing else", async () => {
    const text = (await telemetry.render({ views: DIALECT })).toString();
    expect(text.split("\n").filter((line) => !line.startsWith("# HELP"))).toEqual([
      "# TYPE vllm:prompt_tokens counter",
      'vllm:prompt_tokens{model_name="m",engine="0"} 100',
      "# TYPE vllm:time_to_first_token_ms_total histogram",
      'vllm:time_to_first_token_ms_total_bucket{model_name="m",le="70"} 1',
      'vllm:time_to_first_token_ms_total_bucket{model_name="m",le="1000"} 2',
      'vllm:time_to_first_token_ms_total_bucket{model_name="m",le="+Inf"} 2',
      'vllm:time_to_first_token_ms_total_sum{model_name="m"} 210',
      'vllm:time_to_first_token_ms_total_count{model_name="m"} 2',
      "# TYPE vllm:num_waiting gauge",
      'vllm:num_waiting{model="m"} 3',
      "# TYPE vllm:build gauge",
      'vllm:build{version="1"} 1',
      "",
    ]);
  });

  it("follows new series and metrics", async () => {
    await telemetry.render({ views: DIALECT });
    telemetry.metrics.tokens.labels({ model: "n", kind: "prompt" }).inc(7);
    telemetry.extend(
      defineCatalog({ late: { type: "gauge", name: "tacho_no_such_metric", help: "Late.", labels: {} } }),
    );
    const text = (await telemetry.render({ views: DIALECT })).toString();
    expect(text).toContain('vllm:prompt_tokens{model_name="n",engine="0"} 7\n');
    expect(text).toContain("# TYPE vllm:gone gauge\n");
  });

  it("is compiled once: its array counts, not what later becomes of it", async () => {
    const views = [...DIALECT];
    const before = await telemetry.render({ views });
    views.length = 0;
    expect((await telemetry.render({ views })).equals(before)).toBe(true);
    expect((await telemetry.render({ views: [...views] })).toString()).toBe("");
  });

  it("may be one of many, and made anew for each call", async () => {
    for (let i = 0; i < 100; i++) {
      const [sample] = await show({ ...DIALECT[2]!, name: `waiting_${i}` });
      expect(sample).toEqual({ name: `waiting_${i}`, labels: { model: "m" }, value: 3 });
    }
  });
});

describe("a dialect in OpenMetrics", () => {
  const parse = openMetricsReference();

  it("keeps its names at the price of a type", async () => {
    const families = parse(await telemetry.render({ format: "openmetrics", views: DIALECT }));
    expect(families.map(({ name, type }) => [name, type])).toEqual([
      ["vllm:prompt_tokens", "unknown"],
      ["vllm:time_to_first_token_ms_total", "histogram"],
      ["vllm:num_waiting", "gauge"],
      ["vllm:build", "gauge"],
    ]);
  });

  it("stays within the rules where names would clash", async () => {
    const gauge = { type: "gauge", help: "A.", from: { metric: "tacho_waiting" } } as const;
    const counter = { type: "counter", help: "B.", from: { metric: "tacho_tokens_total" } } as const;
    const views = [
      { ...counter, name: "a_total" },
      { ...gauge, name: "a" },
      { ...counter, name: "b_total" },
      { ...gauge, name: "b_created" },
      { ...counter, name: "c_total" },
      { ...counter, name: "c_total_total" },
    ];
    const families = parse(await telemetry.render({ format: "openmetrics", views }));
    expect(families.map(({ name, type }) => [name, type])).toEqual([
      ["a_total", "unknown"],
      ["a", "gauge"],
      ["b_total", "unknown"],
      ["b_created", "gauge"],
      ["c", "counter"],
      ["c_total_total", "unknown"],
    ]);
  });
});

describe("a view", () => {
  it("adds up series that become alike, also of several metrics", async () => {
    const all = { metric: "tacho_tokens_total", labels: {} };
    expect(await show({ name: "v", type: "counter", help: "All.", from: all })).toMatchObject([
      { value: 120 },
    ]);
    const from = [all, { metric: "tacho_first_token_seconds", take: "count", labels: {} } as const];
    expect(await show({ name: "v", type: "gauge", help: "Sum.", from })).toMatchObject([{ value: 122 }]);
  });

  it("selects by one value or several", async () => {
    const of = (kind: string | readonly string[]) =>
      show({
        name: "v",
        type: "unknown",
        help: "V.",
        from: { metric: "tacho_tokens_total", where: { kind } },
      });
    expect(await of(["generation", "other"])).toMatchObject([{ value: 20 }]);
    expect(await of("other")).toEqual([]);
  });

  it.each<[string, Partial<ViewSpec> | object, string]>([
    ["name", { name: "a b" }, "Expected a Prometheus metric name for name of view a b but received a b."],
    [
      "type",
      { type: "stateset" },
      'Expected counter, gauge, histogram, info or unknown for type of view v but received "stateset".',
    ],
    ["help", { help: 5 }, "Expected a string for help of view v but received 5."],
    ["metric", { from: {} }, "Expected a string for metric of from of view v but received undefined."],
    [
      "take",
      { from: { metric: "tacho_first_token_seconds" } },
      'Expected "sum" or "count" (tacho_first_token_seconds is a histogram) for take of view v but received "value".',
    ],
    [
      "scale",
      { from: { metric: "tacho_waiting", scale: NaN } },
      "Expected a finite number for scale of view v but received NaN.",
    ],
    [
      "labels",
      { from: { metric: "tacho_waiting", labels: { x: { from: "queue" } } } },
      "Expected labels of tacho_waiting for labels of view v but received queue.",
    ],
    [
      "where",
      { from: { metric: "tacho_waiting", where: { queue: "x" } } },
      "Expected labels of tacho_waiting for where of view v but received queue.",
    ],
    [
      "bounds",
      { type: "histogram", from: { metric: "tacho_first_token_seconds" }, bounds: [0.5] },
      "Expected bounds of tacho_first_token_seconds for bounds of view v but received 0.5.",
    ],
  ])("is refused by its %s, in one line", async (_field, change, message) => {
    const view = { name: "v", type: "gauge", help: "V.", from: { metric: "tacho_waiting" }, ...change };
    await expect(telemetry.render({ views: [view as ViewSpec] })).rejects.toMatchObject({
      name: "TelemetryError",
      code: "invalid_view",
      message,
    });
  });

  it("is refused when another has one of its names", async () => {
    const views = [DIALECT[2]!, { ...DIALECT[2]! }];
    await expect(telemetry.render({ views })).rejects.toThrow(
      "Expected a name that no other view's lines have for name of view vllm:num_waiting",
    );
  });
});
