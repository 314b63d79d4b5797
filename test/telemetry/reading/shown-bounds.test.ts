import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCatalog,
  newSegmentPath,
  openReader,
  openTelemetry,
  type SpecOf,
  type Telemetry,
} from "../../../src/telemetry/index.js";

const WAIT = {
  type: "histogram",
  name: "app_wait_seconds",
  help: "Wait.",
  labels: {},
  bounds: [0.1, 0.5, 1, 2],
} as const;
const catalog = defineCatalog({ wait: { ...WAIT, shown: [0.5, 2] } });
const SHOWN = { "0.5": 3, "2": 5, "+Inf": 6 };

let telemetry: Telemetry<SpecOf<typeof catalog>>;
beforeEach(() => {
  telemetry = openTelemetry(catalog, { path: newSegmentPath() });
  for (const value of [0.1, 0.25, 0.5, 1, 1.5, 3]) telemetry.metrics.wait.labels({}).observe(value);
});
afterEach(() => telemetry.close());

/** Counts by bound. */
function bucketsIn(text: Buffer): Record<string, number> {
  const lines = [...text.toString().matchAll(/_bucket\{le="(.*)"\} (\d+)/g)];
  return Object.fromEntries(lines.map(([, bound, count]) => [bound!, Number(count)]));
}

describe("the bounds that a histogram shows under its own name", () => {
  it("are those declared, in every format; sum and count are of all events", async () => {
    const text = await telemetry.render();
    expect(bucketsIn(text)).toEqual(SHOWN);
    expect(text.toString()).toContain("app_wait_seconds_sum 6.35\napp_wait_seconds_count 6\n");
    expect(bucketsIn(await telemetry.render({ format: "openmetrics" }))).toEqual({
      "0.5": 3,
      "2.0": 5,
      "+Inf": 6,
    });
    const snapshot = await telemetry.snapshot();
    expect(snapshot["app_wait_seconds"]).toMatchObject({
      series: [{ count: 6, buckets: [{ le: 0.5, count: 3 }, { le: 2, count: 5 }, { count: 6 }] }],
    });
  });

  it("are the same for who reads the segment from outside", async () => {
    const reader = openReader(telemetry.path!);
    expect(bucketsIn(await reader.render())).toEqual(SHOWN);
    reader.close();
  });

  it("leave the others to views", async () => {
    const view = { name: "v", type: "histogram", help: "V.", from: { metric: WAIT.name } } as const;
    expect(bucketsIn(await telemetry.render({ views: [view] }))).toEqual({
      "0.1": 1,
      "0.5": 3,
      "1": 4,
      "2": 5,
      "+Inf": 6,
    });
    expect(bucketsIn(await telemetry.render({ views: [{ ...view, bounds: [0.1, 1] }] }))).toEqual({
      "0.1": 1,
      "1": 4,
      "+Inf": 6,
    });
  });

  it("are part of a declaration: all bounds named are the same as none, others are another one", () => {
    const attach = (shown?: readonly number[]) =>
      openTelemetry(defineCatalog({ wait: shown ? { ...WAIT, shown } : WAIT }), {
        path: telemetry.path!,
        attach: true,
      });
    for (const other of [undefined, [0.5], WAIT.bounds])
      expect(() => attach(other)).toThrow(expect.objectContaining({ code: "invalid_segment" }));
    attach([0.5, 2]).close();
    const all = openTelemetry(defineCatalog({ wait: WAIT }), { path: newSegmentPath() });
    openTelemetry(defineCatalog({ wait: { ...WAIT, shown: WAIT.bounds } }), {
      path: all.path!,
      attach: true,
    }).close();
    all.close();
  });
});
