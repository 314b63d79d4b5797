import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { defineCatalog, openTelemetry, type SpecOf, type Telemetry } from "../../../src/telemetry/index.js";
import { valueOf } from "../fixture.js";

const catalog = defineCatalog({
  plain: { type: "histogram", name: "plain_seconds", help: "P.", labels: {}, bounds: [1, 2] },
  traced: {
    type: "histogram",
    name: "traced_seconds",
    help: "T.",
    labels: {},
    bounds: [1, 2],
    exemplars: true,
  },
});

let telemetry: Telemetry<SpecOf<typeof catalog>>;
let now: number;
beforeEach(() => {
  telemetry = openTelemetry(catalog);
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => {
  vi.restoreAllMocks();
  telemetry.close();
});

describe.each(["plain", "traced"] as const)("the timer of a %s histogram", (key) => {
  it("observes the seconds since its start, once, and returns them", async () => {
    const stop = telemetry.metrics[key].labels({}).timer();
    now = 1500;
    expect(stop()).toBe(1.5);
    now = 9000;
    expect(stop()).toBe(1.5);
    expect(await valueOf(telemetry, `${key}_seconds_count`)).toBe(1);
    expect(await valueOf(telemetry, `${key}_seconds_sum`)).toBe(1.5);
  });

  it("is one of many that run at the same time", async () => {
    const handle = telemetry.metrics[key].labels({});
    const first = handle.timer();
    now = 500;
    const second = handle.timer();
    now = 2000;
    expect([second(), first()]).toEqual([1.5, 2]);
    expect(await valueOf(telemetry, `${key}_seconds_count`)).toBe(2);
  });

  it("observes nothing while it is not stopped", async () => {
    telemetry.metrics[key].labels({}).timer();
    expect(await valueOf(telemetry, `${key}_seconds_count`)).toBe(0);
  });
});
