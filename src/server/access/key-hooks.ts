import type { FastifyInstance, FastifyRequest } from "fastify";
import { ApiError } from "../errors.js";
import type { KeyRing } from "./key-ring.js";
import type { Tenant } from "./tenant.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may use a route where there are keys. Default: whoever has one. */
    access?: RouteAccess;
  }
}

type RouteAccess = "public" | "admin";

/**
 * Asks every request for a key, unless its route says that it is public: what nobody thought of is closed, and so is a
 * URL without a route.
 */
export function useKeys(app: FastifyInstance, keys: KeyRing): void {
  app.addHook("onRequest", (request, _, done) => {
    const { access } = request.routeOptions.config;
    if (access !== "public") request.tenant = tenantOf(request, keys);
    if (access === "admin" && !request.tenant.isAdmin) throw new ApiError("admin_only");
    done();
  });
}

/** For scopes whose routes come from plugins that know nothing of keys. */
export function setAccess(scope: FastifyInstance, access: RouteAccess): void {
  scope.addHook("onRoute", (route) => {
    route.config = { ...route.config, access };
  });
}

/** The same error whatever is wrong. @throws ApiError */
function tenantOf(request: FastifyRequest, keys: KeyRing): Tenant {
  const key = keyOf(request);
  const tenant = key === undefined ? null : keys.find(key);
  if (tenant === null) throw new ApiError("invalid_api_key", {}, null, { "www-authenticate": "Bearer" });
  return tenant;
}

/** As OpenAI's clients send it, or as Anthropic's do. */
function keyOf({ headers }: FastifyRequest): string | undefined {
  const [, bearer] = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? "") ?? [];
  if (bearer !== undefined) return bearer;
  const own = headers["x-api-key"];
  return typeof own === "string" ? own : undefined;
}
