import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  defineCatalog,
  openTelemetry,
  type FamilySnapshot,
  type MetricSource,
} from "../../../src/telemetry/index.js";
import { MetricSources } from "../../../src/telemetry/reading/metric-sources.js";
import { valueOf } from "../fixture.js";

const FAILURES = "tacho_telemetry_source_failures_total";
// Warnings are for people, and of no use in a test's output.
beforeEach(() => void vi.spyOn(process, "emitWarning").mockImplementation(() => undefined));
afterEach(() => vi.restoreAllMocks());

const CATALOG = defineCatalog({
  requests: { type: "counter", name: "requests_total", help: "Requests.", labels: {} },
});

function gauge(name: string): FamilySnapshot {
  return { name, type: "gauge", help: "", unit: "", series: [{ labels: {}, value: 1 }] };
}

describe("the metrics of sources", () => {
  const count = { inc: vi.fn(), cell: 0 };
  let registered: number;
  let sources: MetricSources;
  const collected = () => sources.renderWith((families) => Promise.resolve(families));
  beforeEach(() => {
    registered = 0;
    count.inc.mockClear();
    sources = new MetricSources(() => {
      registered++;
      return count;
    });
  });
  afterEach(() => vi.useRealTimers());

  it("come in the order of the sources, until these are taken away", async () => {
    sources.add({ collect: () => new Promise((resolve) => setImmediate(resolve, [gauge("a")])) });
    const remove = sources.add({ collect: () => [gauge("b")] });
    expect(await collected()).toEqual([gauge("a"), gauge("b")]);
    remove();
    expect(await collected()).toEqual([gauge("a")]);
    expect(registered).toBe(1);
  });

  it.each<[string, MetricSource]>([
    [
      "throws",
      {
        collect: () => {
          throw new Error("no");
        },
      },
    ],
    ["gives no array", { collect: () => ({}) as FamilySnapshot[] }],
    ["rejects", { collect: () => Promise.reject(new Error("no")) }],
  ])("lack those of one that %s, which is counted", async (_, source) => {
    sources.add(source);
    sources.add({ collect: () => [gauge("b")] });
    expect(await collected()).toEqual([gauge("b")]);
    expect(count.inc).toHaveBeenCalledTimes(1);
  });

  it("lack those of one that never answers, after a while", async () => {
    vi.useFakeTimers();
    sources.add({ collect: () => new Promise<never>(() => undefined) });
    sources.add({ collect: () => [gauge("b")] });
    const late = collected();
    await vi.runAllTimersAsync();
    expect(await late).toEqual([gauge("b")]);
    expect(count.inc).toHaveBeenCalledTimes(1);
  });
});

describe("telemetry with sources", () => {
  const open = () => openTelemetry(CATALOG);
  let telemetry: ReturnType<typeof open>;
  beforeEach(() => {
    telemetry = open();
  });
  afterEach(() => telemetry.close());

  it("shows its own metrics and the failure when a source fails", async () => {
    expect(await valueOf(telemetry, FAILURES)).toBeUndefined();
    telemetry.addSource({ collect: () => Promise.reject(new Error("no")) });
    telemetry.metrics.requests.labels({}).inc(5);
    expect(await valueOf(telemetry, "requests_total")).toBe(5);
    expect(await valueOf(telemetry, FAILURES)).toBe(2);
  });

  it("shows what the sound sources have when another gives what cannot be shown", async () => {
    telemetry.addSource({ collect: () => [gauge("before")] });
    telemetry.addSource({ collect: () => [gauge("partly"), { ...gauge("broken"), series: 3 as never }] });
    telemetry.addSource({ collect: () => [gauge("after")] });
    const text = (await telemetry.render()).toString();
    expect(text).toContain("before 1\n");
    expect(text).toContain("after 1\n");
    expect(text).not.toContain("partly");
    expect(text).toContain(`${FAILURES} 1\n`);
  });

  it("says once of each failing source why", async () => {
    const warn = vi.spyOn(process, "emitWarning").mockImplementation(() => undefined);
    telemetry.addSource({ collect: () => Promise.reject(new Error("no such table")) });
    telemetry.addSource({
      collect: () => [{ ...gauge("broken"), series: [{ labels: {}, value: "1" }] as never }],
    });
    for (let i = 0; i < 3; i++) await telemetry.render();
    expect(warn.mock.calls).toEqual([
      ["A metric source is left out of what is shown: no such table", "TachoTelemetryWarning"],
      [
        'A metric source is left out of what is shown: Expected a number for value of series of family broken of a metric source but received "1".',
        "TachoTelemetryWarning",
      ],
    ]);
    expect(await valueOf(telemetry, FAILURES)).toBe(8);
  });

  it.each<[string, object]>([
    ["a label that is a symbol", { series: [{ labels: { a: Symbol("b") }, value: 1 }] }],
    [
      "a series that throws",
      {
        get series(): never {
          throw new Error("no");
        },
      },
    ],
  ])("shows what the sound sources have when another gives %s", async (_, broken) => {
    telemetry.addSource({
      collect: () => [Object.defineProperties(gauge("broken"), Object.getOwnPropertyDescriptors(broken))],
    });
    telemetry.addSource({ collect: () => [gauge("after")] });
    const text = (await telemetry.render()).toString();
    expect(text).toContain("after 1\n");
    expect(text).toContain(`${FAILURES} 1\n`);
  });

  it("keeps to itself what another error says", async () => {
    telemetry.addSource({ collect: () => [gauge("before")] });
    telemetry.close();
    await expect(telemetry.render()).rejects.toMatchObject({ code: "closed" });
  });

  it("asks no source when told so", async () => {
    telemetry.addSource({ collect: () => Promise.reject(new Error("no")) });
    await telemetry.render({ sources: false });
    expect((await telemetry.render({ sources: false })).toString()).toContain(`${FAILURES} 0`);
  });
});
