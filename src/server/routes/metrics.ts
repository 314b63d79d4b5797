import type { FastifyInstance } from "fastify";
import { collectDefaultMetrics, Registry } from "prom-client";

/** Renders the telemetry of all processes; see `Telemetry.render`. */
export type Render = () => Promise<Buffer>;

/** Gauges under counters' names, which promtool refuses; sums of metrics that stay. */
const MISNAMED = [
  "nodejs_active_handles_total",
  "nodejs_active_requests_total",
  "nodejs_active_resources_total",
] as const;

/** What Node says of this process, under prom-client's usual names. */
export function processMetrics(): Render {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return async () => Buffer.from(await registry.metrics());
}

export function metricsRoute(app: FastifyInstance, renders: readonly Render[]): void {
  app.get("/metrics", async (_, reply) => {
    const parts = await Promise.all(renders.map((render) => render()));
    return reply.type("text/plain; version=0.0.4; charset=utf-8").send(Buffer.concat(parts));
  });
}
