import type { FastifyInstance } from "fastify";

/** Why requests would be refused now, or null when they would not. */
export type Unreadiness = "loading" | "restarting" | "draining" | null;

/** Whoever asks has no key: an orchestrator or a load balancer. */
const PUBLIC = { config: { access: "public" } } as const;

/** Probes come every few seconds; only those that found something wrong are worth a line in the access log. */
const QUIET = { logLevel: "warn" } as const;

/** /livez: this process turns. /readyz and /health: the model answers. */
export function healthRoutes(app: FastifyInstance, unreadiness: () => Unreadiness): void {
  app.get("/livez", { ...QUIET, ...PUBLIC }, () => Promise.resolve({ status: "ok" }));
  for (const url of ["/readyz", "/health"]) {
    app.get(url, { ...QUIET, ...PUBLIC }, (_, reply) => {
      const reason = unreadiness();
      if (reason === null) return reply.send({ status: "ok" });
      return reply.code(503).send({ status: "unavailable", reason });
    });
  }
}
