import { BODY_BYTES, boundsOf, DURATION_SECONDS, NEURECTOMY } from "../bounds.js";
import { defineMetrics } from "./define-metrics.js";

const ROUTE = { method: "open", route: "open" } as const;

/** What every HTTP request leaves behind, whatever it asks for. */
export const httpMetrics = defineMetrics({
  httpRequests: {
    type: "counter",
    name: "tacho_http_requests_total",
    help: "HTTP requests answered, by method, route template and status code.",
    labels: { ...ROUTE, code: "open" },
  },
  httpRequestDuration: {
    type: "histogram",
    name: "tacho_http_request_duration_seconds",
    help: "Time from the arrival of an HTTP request's headers to the last byte of its response.",
    labels: { ...ROUTE, code: "open" },
    bounds: boundsOf(DURATION_SECONDS, NEURECTOMY.httpSeconds),
    shown: DURATION_SECONDS,
  },
  httpRequestSize: {
    type: "histogram",
    name: "tacho_http_request_size_bytes",
    help: "Bytes of a request's body that were read, counted when its response ended.",
    unit: "bytes",
    labels: ROUTE,
    bounds: BODY_BYTES,
  },
  httpResponseSize: {
    type: "histogram",
    name: "tacho_http_response_size_bytes",
    help: "Bytes of a response's body that were written, streams included, counted when it ended.",
    unit: "bytes",
    labels: ROUTE,
    bounds: BODY_BYTES,
  },
  healthChecks: {
    type: "counter",
    name: "tacho_health_checks_total",
    help: "Health checks answered, by probe and by whether it passed.",
    labels: { probe: ["livez", "readyz", "health"], status: ["pass", "fail"] },
  },
  healthCheckDuration: {
    type: "histogram",
    name: "tacho_health_check_duration_seconds",
    help: "Time from the arrival of a health check to its verdict.",
    labels: {},
    bounds: [0.0001, 0.00025, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1],
  },
});
