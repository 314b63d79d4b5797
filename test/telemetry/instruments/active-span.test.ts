import { context, trace, TraceFlags } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { defineCatalog, openTelemetry, type ScalarSeries } from "../../../src/telemetry/index.js";

const CATALOG = defineCatalog({
  requests: { type: "counter", name: "requests_total", help: "Requests.", labels: {}, exemplars: true },
  latency: {
    type: "histogram",
    name: "latency_seconds",
    help: "Latency.",
    labels: {},
    bounds: [1],
    exemplars: true,
  },
});

const open = () => openTelemetry(CATALOG);
let telemetry: ReturnType<typeof open>;
beforeAll(() => context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());
beforeEach(() => {
  telemetry = open();
});
afterEach(() => telemetry.close());

const IDS = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331" };

function within<T>(traceFlags: TraceFlags, run: () => T): T {
  const span = trace.wrapSpanContext({ ...IDS, traceFlags });
  return context.with(trace.setSpan(context.active(), span), run);
}

async function exemplarOfCounter() {
  const { requests_total: requests } = await telemetry.snapshot();
  return (requests!.series[0] as ScalarSeries).exemplar;
}

describe("an exemplar", () => {
  it("comes from the active span, across awaits", async () => {
    await within(TraceFlags.SAMPLED, async () => {
      await new Promise(setImmediate);
      telemetry.metrics.requests.labels({}).inc(2);
      telemetry.metrics.latency.labels({}).observe(0.5);
    });
    expect(await exemplarOfCounter()).toEqual({ ...IDS, value: 2, timestamp: expect.any(Number) as number });
    const { latency_seconds: latency } = await telemetry.snapshot();
    expect(latency!.series).toMatchObject([{ exemplars: [{ ...IDS, value: 0.5 }] }]);
  });

  it("stands behind its counter and its bucket in OpenMetrics", async () => {
    within(TraceFlags.SAMPLED, () => {
      telemetry.metrics.requests.labels({}).inc(2);
      telemetry.metrics.latency.labels({}).observe(0.5);
    });
    const text = (await telemetry.render({ format: "openmetrics" })).toString();
    const ids = `# {trace_id="${IDS.traceId}",span_id="${IDS.spanId}"}`;
    expect(text).toContain(`requests_total 2.0 ${ids} 2.0 `);
    expect(text).toContain(`latency_seconds_bucket{le="1.0"} 1 ${ids} 0.5 `);
  });

  it("does not come from a span that is not sampled, nor from none", async () => {
    within(TraceFlags.NONE, () => telemetry.metrics.requests.labels({}).inc());
    telemetry.metrics.requests.labels({}).inc();
    expect(await exemplarOfCounter()).toBeUndefined();
  });

  it("that is given wins over the active span", async () => {
    const other = { traceId: "1".repeat(32), spanId: "2".repeat(16) };
    within(TraceFlags.SAMPLED, () => telemetry.metrics.requests.labels({}).inc(1, other));
    expect(await exemplarOfCounter()).toMatchObject(other);
  });
});
