import type { CounterHandle, HistogramHandle } from "../../telemetry/index.js";
import type { Denial } from "../errors.js";
import type { ServerMetrics } from "../meters.js";

/** An exchange that is over. */
export interface Exchange {
  method: string;
  /** The route's template. */
  route: string;
  status: number;
  seconds: number;
  /** Of the bodies. */
  requestBytes: number;
  responseBytes: number;
}

interface CodeHandles {
  requests: CounterHandle;
  duration: HistogramHandle;
}

/** Routes, methods and codes are closed sets, so what is kept stays small. */
class RouteMeters {
  readonly requestSize;
  readonly responseSize;
  readonly #codes = new Map<number, CodeHandles>();

  constructor(
    private readonly metrics: ServerMetrics,
    private readonly labels: { method: string; route: string },
  ) {
    this.requestSize = metrics.httpRequestSize.labels(labels);
    this.responseSize = metrics.httpResponseSize.labels(labels);
  }

  ofCode(status: number): CodeHandles {
    let handles = this.#codes.get(status);
    if (!handles) {
      const labels = { ...this.labels, code: String(status) };
      handles = {
        requests: this.metrics.httpRequests.labels(labels),
        duration: this.metrics.httpRequestDuration.labels(labels),
      };
      this.#codes.set(status, handles);
    }
    return handles;
  }
}

export type Probe = "livez" | "readyz" | "health";

/** What every HTTP request leaves behind. */
export class HttpMeters {
  readonly denials: Record<Denial, CounterHandle>;
  readonly #checks: Record<Probe, { pass: CounterHandle; fail: CounterHandle }>;
  readonly #checkDuration;
  readonly #routes = new Map<string, RouteMeters>();

  constructor(private readonly metrics: ServerMetrics) {
    const denial = (scope: Denial) => metrics.authorizationDenials.labels({ scope });
    this.denials = {
      key: denial("key"),
      admin: denial("admin"),
      host: denial("host"),
      model: denial("model"),
    };
    const check = (probe: Probe) => ({
      pass: metrics.healthChecks.labels({ probe, status: "pass" }),
      fail: metrics.healthChecks.labels({ probe, status: "fail" }),
    });
    this.#checks = { livez: check("livez"), readyz: check("readyz"), health: check("health") };
    this.#checkDuration = metrics.healthCheckDuration.labels({});
  }

  over({ method, route, status, seconds, requestBytes, responseBytes }: Exchange): void {
    const meters = this.#ofRoute(method, route);
    const { requests, duration } = meters.ofCode(status);
    requests.inc();
    duration.observe(seconds);
    meters.requestSize.observe(requestBytes);
    meters.responseSize.observe(responseBytes);
  }

  checked(probe: Probe, passed: boolean, seconds: number): void {
    this.#checks[probe][passed ? "pass" : "fail"].inc();
    this.#checkDuration.observe(seconds);
  }

  #ofRoute(method: string, route: string): RouteMeters {
    const key = `${method} ${route}`;
    let meters = this.#routes.get(key);
    if (!meters) {
      meters = new RouteMeters(this.metrics, { method, route });
      this.#routes.set(key, meters);
    }
    return meters;
  }
}
