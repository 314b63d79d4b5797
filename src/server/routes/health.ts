import type { FastifyInstance } from "fastify";
import { livenessDocs, readinessDocs } from "../openapi/operation-docs.js";
import type { RouteDocs } from "../openapi/route-docs.js";

/** Why requests would be refused now, or null when they would not. */
export type Unreadiness = "loading" | "restarting" | "draining" | null;

const READINESS = [
  ["/readyz", "readiness"],
  ["/health", "health"],
] as const;

/** /livez: this process turns. /readyz and /health: the model answers. */
export function healthRoutes(app: FastifyInstance, unreadiness: () => Unreadiness): void {
  app.get("/livez", options(livenessDocs), () => Promise.resolve({ status: "ok" }));
  for (const [url, name] of READINESS) {
    app.get(url, options(readinessDocs(name)), (_, reply) => {
      const reason = unreadiness();
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
