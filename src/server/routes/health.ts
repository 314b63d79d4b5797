import type { FastifyInstance, FastifyRequest } from "fastify";
import { now } from "../meters.js";
import type { HttpMeters, Probe } from "../meters/http-meters.js";
import { livenessDocs, readinessDocs } from "../openapi/operation-docs.js";
import type { RouteDocs } from "../openapi/route-docs.js";

/** Why requests would be refused now, or null when they would not. */
export type Unreadiness = "loading" | "restarting" | "draining" | null;

const READINESS = [
  ["readyz", "readiness"],
  ["health", "health"],
] as const;

/** /livez: this process turns. /readyz and /health: the model answers. */
export function healthRoutes(app: FastifyInstance, unreadiness: () => Unreadiness, meters: HttpMeters): void {
  const checked = (probe: Probe, passed: boolean, { arrivedAt }: FastifyRequest) =>
    meters.checked(probe, passed, now() - arrivedAt);
  app.get("/livez", options(livenessDocs), (request, reply) => {
    checked("livez", true, request);
    return reply.send({ status: "ok" });
  });
  for (const [probe, name] of READINESS) {
    app.get(`/${probe}`, options(readinessDocs(name)), (request, reply) => {
      const reason = unreadiness();
      checked(probe, reason === null, request);
      if (reason === null) return reply.send({ status: "ok" });
      return reply.code(503).send({ status: "unavailable", reason });
    });
  }
}

/**
 * Whoever asks has no key: an orchestrator or a load balancer. Probes come every few seconds; only those that found
 * something wrong are worth a line in the access log.
 */
function options(docs: RouteDocs) {
  return { logLevel: "warn", config: { access: "public", docs } } as const;
}
