import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Access } from "./access.js";
import { useCors } from "./cors.js";
import { useKeys } from "./key-hooks.js";
import { ANONYMOUS, type Tenant } from "./tenant.js";

declare module "fastify" {
  interface FastifyRequest {
    /** That of the key, as soon as it was found to be right; before, and without keys, ANONYMOUS. */
    tenant: Tenant;
  }
}

/** To be called before routes are added, and before other hooks that need a tenant. */
export function useAccess(app: FastifyInstance, { keys, origins }: Access): void {
  app.decorateRequest("tenant");
  app.addHook("onRequest", (request, reply, done) => {
    receive(request, reply);
    done();
  });
  // A preflight has no key.
  if (origins !== null) useCors(app, origins);
  if (!keys.isEmpty) useKeys(app, keys);
}

/** What holds for every request, also for those that no hook sees. */
export function receive(request: FastifyRequest, reply: FastifyReply): void {
  request.tenant = ANONYMOUS;
  // Error messages repeat what a client sent: no browser may take one for a page.
  void reply.headers({ "x-request-id": request.id, "x-content-type-options": "nosniff" });
}
