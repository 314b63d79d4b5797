import { OUTCOMES, type catalog, type Outcome } from "../metrics/catalog.js";
import type { CounterHandle, HistogramHandle, SpecOf, Telemetry } from "../telemetry/index.js";

export type ServerTelemetry = Telemetry<SpecOf<typeof catalog>>;
export type ServerMetrics = ServerTelemetry["metrics"];

/** Seconds on CLOCK_MONOTONIC, the clock that front, engine host and native threads share. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds + nanoseconds * 1e-9;
}

interface HttpHandles {
  requests: CounterHandle;
  duration: HistogramHandle;
}

/** The metrics of one model's requests that the front writes. */
export class ModelMeters {
  readonly outcomes: Record<Outcome, CounterHandle>;
  readonly requestDuration;
  readonly waiting;
  readonly running;

  constructor(metrics: ServerMetrics, model: string) {
    const outcome = (name: Outcome) =>
      [name, metrics.requests.labels({ model, route: "", outcome: name })] as const;
    this.outcomes = Object.fromEntries(OUTCOMES.map(outcome)) as Record<Outcome, CounterHandle>;
    this.requestDuration = metrics.requestDuration.labels({ model, route: "" });
    this.waiting = metrics.requestsWaiting.labels({ model, route: "" });
    this.running = metrics.requestsRunning.labels({ model });
  }
}

/** The metrics that the front writes, whatever the model. */
export class Meters {
  readonly engineRestarts;
  readonly accessLogDropped;
  readonly traceSpans;
  readonly #http = new Map<string, HttpHandles>();

  constructor(private readonly metrics: ServerMetrics) {
    this.engineRestarts = metrics.engineRestarts.labels({});
    this.accessLogDropped = metrics.accessLogDropped.labels({});
    this.traceSpans = {
      sent: metrics.traceSpans.labels({ outcome: "sent" }),
      lost: metrics.traceSpans.labels({ outcome: "lost" }),
    };
  }

  ofModel(model: string): ModelMeters {
    return new ModelMeters(this.metrics, model);
  }

  http(method: string, route: string, status: number, seconds: number): void {
    const handles = this.#httpHandles(method, route, String(status));
    handles.requests.inc();
    handles.duration.observe(seconds);
  }

  /** Labels are resolved once a combination; routes and methods are closed sets, so the map stays small. */
  #httpHandles(method: string, route: string, code: string): HttpHandles {
    const key = `${method} ${route} ${code}`;
    let handles = this.#http.get(key);
    if (!handles) {
      handles = {
        requests: this.metrics.httpRequests.labels({ method, route, code }),
        duration: this.metrics.httpRequestDuration.labels({ method, route, code }),
      };
      this.#http.set(key, handles);
    }
    return handles;
  }
}
