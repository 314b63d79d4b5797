import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SYSTEMS, SystemsSnapshot, wrongAfter, type KnownEvent } from "./dialect-changes.js";
import { REQUEST_EVENTS } from "./dialect-events.js";
import { DRAIN, GUARDED_EVENTS, GUARDED_FLAGS } from "./dialect-guarded-events.js";
import { DialectServer } from "./dialect-server.js";
import { START, STATE_EVENTS } from "./dialect-state-events.js";
import { FLAGS } from "./known-requests.js";

/** A metric as its system's document has it. */
interface SystemMetric {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram" | "info";
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** Of models that hold a GPU: absent where all compute on the CPU, whatever NVML shows. */
  readonly computesOnGpu?: true;
}

const METRICS = JSON.parse(
  readFileSync(path.join(import.meta.dirname, "system-metrics.json"), "utf8"),
) as Record<(typeof SYSTEMS)[number], readonly SystemMetric[]>;

const EVENTS: readonly KnownEvent[] = [START, ...REQUEST_EVENTS, ...STATE_EVENTS];
const ALL_EVENTS = [...EVENTS, ...GUARDED_EVENTS, DRAIN];

/** Counters without `_total`: what OpenMetrics has no type for is unknown there alone. */
const TEXT_TYPES = { counter: "counter", gauge: "gauge", histogram: "histogram", info: "gauge" } as const;

let server: DialectServer;
let guarded: DialectServer;
beforeAll(async () => {
  server = await DialectServer.start({ models: ["first", "second", "broken"], flags: FLAGS });
  guarded = await DialectServer.start({ models: ["first"], flags: GUARDED_FLAGS });
});
afterAll(async () => {
  await server.end();
  await guarded.end();
});

describe("every system's metrics tell by the right amount of", () => {
  test.each(EVENTS)("$what", async (event) => {
    expect(await wrongAfter(server, event)).toEqual([]);
  });
});

describe("on a server with guardrails and a longer queue they tell by the right amount of", () => {
  test.each(GUARDED_EVENTS)("$what", async (event) => {
    expect(await wrongAfter(guarded, event)).toEqual([]);
  });
});

describe.each(SYSTEMS)("the metrics of %s", (system) => {
  test("have the type, the labels and the bounds of its document", async () => {
    const snapshots = [await SystemsSnapshot.take(server), await SystemsSnapshot.take(guarded)];
    const wrong: unknown[] = [];
    for (const { name, type, labels, buckets, computesOnGpu } of METRICS[system]) {
      const families = snapshots.map((taken) => taken.families.get(type === "info" ? `${name}_info` : name));
      const samples = families.flatMap((family) => family?.samples ?? []);
      if (computesOnGpu && samples.length === 0) continue;
      const found = {
        type: families[0]?.type,
        labels: [...new Set(samples.flatMap((sample) => Object.keys(sample.labels)))].filter(
          (l) => l !== "le",
        ),
        bounds: [...new Set(samples.flatMap((sample) => sample.labels["le"] ?? []))].filter(
          (le) => le !== "+Inf",
        ),
      };
      const expected = { type: TEXT_TYPES[type], labels, bounds: (buckets ?? found.bounds).map(String) };
      if (type === "histogram" && buckets === undefined) expected.bounds = found.bounds;
      if (JSON.stringify(sorted(found)) !== JSON.stringify(sorted(expected)))
        wrong.push({ name, found, expected });
    }
    expect(wrong).toEqual([]);
  });

  test("are all driven by one of these events", () => {
    const driven = ALL_EVENTS.flatMap(({ changes = [], levels = [] }) => [...changes, ...levels]).map(
      ([sample]) => sample,
    );
    const names = new Set(
      driven.flatMap((sample) => [sample, sample.replace(/_(bucket|sum|count|info)$/, "")]),
    );
    const metrics = METRICS[system].filter(({ computesOnGpu }) => !computesOnGpu);
    expect(metrics.map(({ name }) => name).filter((name) => !names.has(name))).toEqual([]);
  });
});

// Last, as there is no server to ask after it.
test(`they tell by the right amount of ${DRAIN.what}`, async () => {
  expect(await wrongAfter(guarded, DRAIN)).toEqual([]);
});

function sorted({
  type,
  labels,
  bounds,
}: {
  type: unknown;
  labels: readonly string[];
  bounds: readonly string[];
}) {
  const numbers = bounds.map(Number).sort((a, b) => a - b);
  return { type, labels: [...labels].sort(), bounds: numbers };
}
