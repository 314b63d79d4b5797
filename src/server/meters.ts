import type { catalog } from "../metrics/catalog.js";
import type { SpecOf, Telemetry } from "../telemetry/index.js";
import { HttpMeters } from "./meters/http-meters.js";
import { ModelMeters } from "./meters/model-meters.js";
import { StreamMeters } from "./meters/stream-meters.js";
import { TenantMeters } from "./meters/tenant-meters.js";

export { ModelMeters } from "./meters/model-meters.js";

export type ServerTelemetry = Telemetry<SpecOf<typeof catalog>>;
export type ServerMetrics = ServerTelemetry["metrics"];

/** Seconds on CLOCK_MONOTONIC, the clock that front, engine host and native threads share. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds * 1e-9;
}

/** The metrics that the front writes. Labels are resolved once a combination; what has them is kept. */
export class Meters {
  readonly http: HttpMeters;
  readonly engineRestarts;
  readonly accessLogDropped;
  readonly traceSpans;
  readonly #models = new Map<string, ModelMeters>();
  readonly #streams = new Map<string, StreamMeters>();
  readonly #tenants = new Map<string, TenantMeters>();

  constructor(readonly metrics: ServerMetrics) {
    this.http = new HttpMeters(metrics);
    this.engineRestarts = metrics.engineRestarts.labels({});
    this.accessLogDropped = metrics.accessLogDropped.labels({});
    this.traceSpans = {
      sent: metrics.traceSpans.labels({ outcome: "sent" }),
      lost: metrics.traceSpans.labels({ outcome: "lost" }),
    };
  }

  ofModel(model: string): ModelMeters {
    return kept(this.#models, model, () => new ModelMeters(this.metrics, model));
  }

  /** Of the event streams that one route answers with. */
  ofStreams(route: string): StreamMeters {
    return kept(this.#streams, route, () => new StreamMeters(this.metrics, route));
  }

  /** @param tenant Its label: "default" where there are no keys. */
  ofTenant(tenant: string): TenantMeters {
    return kept(this.#tenants, tenant, () => new TenantMeters(this.metrics, tenant));
  }
}

function kept<T>(all: Map<string, T>, name: string, make: () => T): T {
  let one = all.get(name);
  if (one === undefined) {
    one = make();
    all.set(name, one);
  }
  return one;
}
