import type { Tracer } from "@opentelemetry/api";
import type { W3CTraceContextPropagator } from "@opentelemetry/core";
import type { BasicTracerProvider } from "@opentelemetry/sdk-trace-base";
import type { FastifyRequest } from "fastify";
import { logLine } from "../log.js";
import type { Meters } from "../meters.js";
import { VERSION } from "../package-info.js";
import type { RequestRecord } from "../request-record.js";
import type { Settings } from "../settings.js";
import { CountedExporter } from "./counted-exporter.js";
import { loadOpenTelemetry, type OpenTelemetry } from "./open-telemetry.js";
import { RequestTrace } from "./request-trace.js";
import { traceEndpoint } from "./trace-endpoint.js";

/** For the last spans when the server ends; a collector that is away would be waited for 10 s. */
const CLOSE_LIMIT_MS = 2000;

/** Of one export: 128 spans take the event loop a millisecond, 512 would take several in one piece. */
const BATCH_SPANS = 128;

/** Some 2 KB each: what is measured may take 16 MB while its collector is away. */
const WAITING_SPANS = 8192;

/** Sends a span for each generation request, and spans of its phases, to an OpenTelemetry collector. */
export class Tracing {
  readonly #tracer: Tracer;
  #closing: Promise<void> | null = null;

  constructor(
    private readonly libraries: OpenTelemetry,
    private readonly provider: BasicTracerProvider,
    private readonly propagator: W3CTraceContextPropagator,
  ) {
    this.#tracer = provider.getTracer("tacho", VERSION);
  }

  /** Goes on with the client's trace where its headers name one. */
  begin(request: FastifyRequest, record: RequestRecord): RequestTrace {
    const { ROOT_CONTEXT, defaultTextMapGetter } = this.libraries.api;
    const parent = this.propagator.extract(ROOT_CONTEXT, request.headers, defaultTextMapGetter);
    return new RequestTrace(this.libraries.api, this.#tracer, parent, request, record);
  }

  /** Sends what waits, within a limit. Idempotent. */
  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    let limit: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (limit = setTimeout(resolve, CLOSE_LIMIT_MS)));
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(limit);
  }
}

export type MakeTracing = (meters: Meters) => Tracing;

/**
 * What makes a Tracing, or null when nobody asked for traces: then none of OpenTelemetry is loaded.
 * @throws UsageError for an endpoint that is none.
 */
export async function loadTracing(
  settings: Pick<Settings, "traceEndpoint">,
  env: NodeJS.ProcessEnv,
): Promise<MakeTracing | null> {
  const endpoint = traceEndpoint(settings, env);
  if (endpoint === null) return null;
  const libraries = await loadOpenTelemetry();
  quieten(libraries);
  return (meters) => makeTracing(libraries, endpoint.url, meters);
}

/** Problems of the OTEL_ variables are told once; failures to send are counted and told by the exporter. */
function quieten({ api, core }: OpenTelemetry): void {
  const tell = (message: string) => logLine(`traces: ${message}`);
  const ignore = () => undefined;
  api.diag.setLogger(
    { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  core.setGlobalErrorHandler(ignore);
}

/** @param url Where the variables of the standard do not say it. */
function makeTracing(libraries: OpenTelemetry, url: string | undefined, meters: Meters): Tracing {
  const { core, sdk, exporter } = libraries;
  const counted = new CountedExporter(new exporter.OTLPTraceExporter({ url }), meters, WAITING_SPANS);
  const batches = new sdk.BatchSpanProcessor(counted, {
    maxQueueSize: WAITING_SPANS,
    maxExportBatchSize: BATCH_SPANS,
  });
  const provider = new sdk.BasicTracerProvider({
    resource: resourceOf(libraries),
    spanProcessors: [counted.processor(batches)],
  });
  return new Tracing(libraries, provider, new core.W3CTraceContextPropagator());
}

/** OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES come before what is known here. */
function resourceOf({ resources }: OpenTelemetry) {
  const ours = resources.resourceFromAttributes({ "service.name": "tacho", "service.version": VERSION });
  return resources
    .defaultResource()
    .merge(ours)
    .merge(resources.detectResources({ detectors: [resources.envDetector] }));
}
