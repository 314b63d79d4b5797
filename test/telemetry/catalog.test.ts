import { describe, expect, it } from "vitest";
import { defineCatalog, openTelemetry, TelemetryError, type CatalogSpec } from "../../src/telemetry/index.js";

const counter = { type: "counter", name: "a_total", help: "A.", labels: {} } as const;
const histogram = { type: "histogram", name: "h_seconds", help: "H.", labels: {}, bounds: [1, 2] } as const;
const info = { type: "info", name: "i_info", help: "I.", labels: {} } as const;
const states = { type: "stateset", name: "phase", help: "P.", labels: {}, states: ["on"] } as const;
const native = {
  type: "nativeHistogram",
  name: "n_seconds",
  help: "N.",
  labels: {},
  range: [0.001, 10],
} as const;

describe("defineCatalog refuses, naming the entry and the field", () => {
  const cases: [why: string, field: string, spec: object][] = [
    ["an unknown type", "type", { ...counter, type: "summary" }],
    ["a malformed name", "name", { ...counter, name: "a-b_total" }],
    ["a counter without _total", "name", { ...counter, name: "a" }],
    ["a gauge with _total", "name", { ...counter, type: "gauge" }],
    ["a name that a histogram's lines would take", "name", { ...counter, type: "gauge", name: "a_count" }],
    ["a name of ours", "name", { ...counter, name: "tacho_telemetry_series_overflowed_total" }],
    ["an empty help", "help", { ...counter, help: " " }],
    ["a malformed label", "labels", { ...counter, labels: { "a-b": "open" } }],
    ["a reserved label", "labels", { ...counter, labels: { __name__: "open" } }],
    ["le on a histogram", "labels", { ...histogram, labels: { le: "open" } }],
    ["an empty list of values", "labels.a", { ...counter, labels: { a: [] } }],
    ["a value twice", "labels.a", { ...counter, labels: { a: ["x", "x"] } }],
    ["an unknown domain", "labels.a", { ...counter, labels: { a: "any" } }],
    ["no bounds", "bounds", { ...histogram, bounds: [] }],
    ["bounds that fall", "bounds", { ...histogram, bounds: [2, 1] }],
    ["a bound twice", "bounds", { ...histogram, bounds: [1, 1] }],
    ["an infinite bound", "bounds", { ...histogram, bounds: [1, Infinity] }],
    ["a cap of none", "maxSeries", { ...counter, maxSeries: 0 }],
    ["a unit that the name does not end in", "unit", { ...counter, unit: "bytes" }],
    ["a unit of an info", "unit", { ...info, unit: "info" }],
    ["an info without _info", "name", { ...info, name: "i" }],
    ["an info without any name", "name", { ...info, name: "_info" }],
    ["an unknown mode", "mode", { ...counter, type: "gauge", name: "g", mode: "first" }],
    ["a state set's name that is no label's", "name", { ...states, name: "app:phase" }],
    ["no states", "states", { ...states, states: [] }],
    ["a state twice", "states", { ...states, states: ["a", "a"] }],
    ["a label of the state set's own name", "labels", { ...states, labels: { phase: "open" } }],
    ["a range from zero", "range", { ...native, range: [0, 1] }],
    ["a range that falls", "range", { ...native, range: [2, 1] }],
    ["an endless range", "range", { ...native, range: [1, Infinity] }],
    ["too fine a range", "range", { ...native, range: [1e-9, 1e9], schema: 8 }],
    ["a range whose last bound is infinite", "range", { ...native, range: [1, 1e308], schema: 0 }],
    ["a range whose first bound is zero", "range", { ...native, range: [5e-324, 1], schema: -4 }],
    ["too fine a schema", "schema", { ...native, schema: 9 }],
    ["a broken schema", "schema", { ...native, schema: 0.5 }],
    ["a label value that is no Unicode", "labels.a", { ...counter, labels: { a: ["\ud800"] } }],
    ["a label value that is no text", "labels.a", { ...counter, labels: { a: [1, 2] } }],
    ["a domain that is none", "labels.a", { ...counter, labels: { a: null } }],
    ["no labels", "labels", { ...counter, labels: undefined }],
    ["no name", "name", { ...counter, name: undefined }],
    ["bounds of texts", "bounds", { ...histogram, bounds: ["1", "2"] }],
    ["missing bounds", "bounds", { ...histogram, bounds: undefined }],
    ["a missing range", "range", { ...native, range: undefined }],
    ["a range of texts", "range", { ...native, range: ["1", "2"] }],
    ["a range of three", "range", { ...native, range: [1, 2, 3] }],
    ["missing states", "states", { ...states, states: undefined }],
    ["a misspelt field", "exemplar", { ...counter, exemplar: true }],
    ["a field of another type", "exemplars", { ...info, exemplars: true }],
    ["exemplars neither on nor off", "exemplars", { ...counter, exemplars: "yes" }],
  ];
  it.each(cases)("%s", (_, field, spec) => {
    let error: unknown;
    try {
      defineCatalog({ entry: spec } as CatalogSpec);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(TelemetryError);
    expect(error).toMatchObject({ code: "invalid_catalog" });
    expect((error as Error).message).toMatch(
      new RegExp(`^Expected .+ for entry\\.${field} but received .+\\.$`),
    );
  });

  it("a name twice", () => {
    expect(() => defineCatalog({ one: counter, two: counter })).toThrow("not taken by one for two.name");
  });

  it("what is no metric, and what is no catalog", () => {
    const invalid = expect.objectContaining({ code: "invalid_catalog" }) as Error;
    expect(() => defineCatalog({ one: null as never })).toThrow("a metric for the catalog.one");
    expect(() => defineCatalog(undefined as never)).toThrow(invalid);
    expect(() => openTelemetry({ one: counter } as never)).toThrow(invalid);
  });
});

it("defineCatalog takes a catalog that is made at run time", () => {
  const made: CatalogSpec = Object.fromEntries(
    ["constructor", "toString"].map((key) => [key, { ...counter, name: `${key}_total` as const }]),
  );
  const telemetry = openTelemetry(defineCatalog(made));
  expect(() => telemetry.metrics["constructor"]!.labels({})).not.toThrow();
  telemetry.close();
});

describe("wrong use does not compile", () => {
  const catalog = defineCatalog({
    requests: {
      type: "counter",
      name: "r_total",
      help: "R.",
      labels: { outcome: ["ok", "failed"], route: "open" },
    },
    depth: { type: "gauge", name: "depth", help: "D.", labels: {} },
    latency: histogram,
  });

  it("in a catalog", () => {
    // @ts-expect-error a histogram needs bounds
    expect(() => defineCatalog({ h: { type: "histogram", name: "h", help: "H.", labels: {} } })).toThrow();
    // @ts-expect-error a counter ends in _total
    expect(() => defineCatalog({ c: { type: "counter", name: "c", help: "C.", labels: {} } })).toThrow();
    // @ts-expect-error bounds are a histogram's
    expect(() => defineCatalog({ c: { ...counter, bounds: [1] } })).toThrow();
    // @ts-expect-error the option is called exemplars
    expect(() => defineCatalog({ c: { ...counter, exemplar: true } })).toThrow();
    // @ts-expect-error a domain is a list, "configured" or "open"
    expect(() => defineCatalog({ c: { ...counter, labels: { a: "free" } } })).toThrow();
  });

  it("in labels, where it is refused at run time as well", () => {
    const telemetry = openTelemetry(catalog);
    const { requests, depth } = telemetry.metrics;
    // @ts-expect-error not in the list
    expect(() => requests.labels({ outcome: "maybe", route: "/" })).toThrow(
      'Expected one of ok, failed for label outcome of requests but received "maybe".',
    );
    // @ts-expect-error a label is missing
    expect(() => requests.labels({ outcome: "ok" })).toThrow(
      "Expected a string for label route of requests but received undefined.",
    );
    for (const none of [undefined, null, 7])
      expect(() => requests.labels(none as never)).toThrow(
        `Expected an object of labels for requests but received ${none}.`,
      );
    // @ts-expect-error not a string
    expect(() => requests.labels({ outcome: "ok", route: 1 })).toThrow("received 1.");
    // @ts-expect-error an unknown label
    expect(() => depth.labels({ queue: "q" })).toThrow("Expected labels [] for depth but received queue.");
    telemetry.close();
  });

  it("in handles", () => {
    const telemetry = openTelemetry(catalog);
    const { requests, depth, latency } = telemetry.metrics;
    const handle = requests.labels({ outcome: "ok", route: "/" });
    // @ts-expect-error a counter is not set
    expect(handle.set).toBeUndefined();
    // @ts-expect-error a gauge observes nothing
    expect(depth.labels({}).observe).toBeUndefined();
    // @ts-expect-error a histogram is not incremented
    expect(latency.labels({}).inc).toBeUndefined();
    // @ts-expect-error there is no such metric
    expect(telemetry.metrics.other).toBeUndefined();
    telemetry.close();
  });
});
