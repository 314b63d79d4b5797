/** The libraries of OpenTelemetry, which are loaded only where traces were asked for. */
export interface OpenTelemetry {
  api: typeof import("@opentelemetry/api");
  core: typeof import("@opentelemetry/core");
  sdk: typeof import("@opentelemetry/sdk-trace-base");
  exporter: typeof import("@opentelemetry/exporter-trace-otlp-http");
  resources: typeof import("@opentelemetry/resources");
}

export async function loadOpenTelemetry(): Promise<OpenTelemetry> {
  const [api, core, sdk, exporter, resources] = await Promise.all([
    import("@opentelemetry/api"),
    import("@opentelemetry/core"),
    import("@opentelemetry/sdk-trace-base"),
    import("@opentelemetry/exporter-trace-otlp-http"),
    import("@opentelemetry/resources"),
  ]);
  return { api, core, sdk, exporter, resources };
}
