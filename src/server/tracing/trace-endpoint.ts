import { UsageError, type Settings } from "../settings.js";

/** The variables of the OpenTelemetry specification that ask for traces; the exporter reads them by itself. */
const VARIABLES = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"] as const;

/**
 * Where traces go: `url` is undefined where the variables say it. Null when nothing asks for any, or
 * OTEL_SDK_DISABLED or OTEL_TRACES_EXPORTER forbids it.
 * @throws UsageError
 */
export function traceEndpoint(
  settings: Pick<Settings, "traceEndpoint">,
  env: NodeJS.ProcessEnv,
): { url: string | undefined } | null {
  if (settings.traceEndpoint !== "") {
    check("--trace-endpoint", settings.traceEndpoint);
    return { url: settings.traceEndpoint };
  }
  const variable = VARIABLES.find((name) => env[name]);
  if (variable === undefined || isForbidden(env)) return null;
  check(variable, env[variable]!);
  return { url: undefined };
}

function isForbidden(env: NodeJS.ProcessEnv): boolean {
  return env["OTEL_SDK_DISABLED"]?.toLowerCase() === "true" || env["OTEL_TRACES_EXPORTER"] === "none";
}

function check(source: string, address: string): void {
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return;
  throw new UsageError(`Expected an http or https URL for ${source}, but received '${address}'.`);
}
