import { createRequire } from "node:module";
import type { ExemplarSource } from "./exemplar.js";

/** What is used of @opentelemetry/api, which is an optional peer. */
interface TraceApi {
  trace: {
    getActiveSpan(): { spanContext(): { traceId: string; spanId: string; traceFlags: number } } | undefined;
  };
}

const SAMPLED = 1;

function findTraceApi(): TraceApi | undefined {
  try {
    return createRequire(import.meta.url)("@opentelemetry/api") as TraceApi;
  } catch {
    return undefined;
  }
}

/** The active span of OpenTelemetry where that is installed; one that is not sampled can be found nowhere. */
export function activeSpanSource(): ExemplarSource {
  const api = findTraceApi();
  return () => {
    const context = api?.trace.getActiveSpan()?.spanContext();
    return context !== undefined && (context.traceFlags & SAMPLED) !== 0 ? context : undefined;
  };
}
