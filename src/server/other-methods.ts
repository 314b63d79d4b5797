import type { FastifyInstance, HTTPMethods, RouteOptions } from "fastify";
import { ApiError } from "./errors.js";

const METHODS: HTTPMethods[] = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"];

/** Adds the routes, then answers every method they do not know on their paths with 405 and `Allow`. */
export function refuseOtherMethods(app: FastifyInstance, addRoutes: (app: FastifyInstance) => void): void {
  const known = new Map<string, Set<HTTPMethods>>();
  let adding = true;
  app.addHook("onRoute", ({ url, method }: RouteOptions) => {
    if (!adding) return;
    const methods = known.get(url) ?? new Set();
    known.set(url, methods);
    for (const name of [method].flat()) methods.add(name);
  });
  void app.register((scope, _, done) => {
    addRoutes(scope);
    done();
  });
  void app.register((scope, _, done) => {
    adding = false;
    for (const [url, methods] of known) refuse(scope, url, methods);
    done();
  });
}

function refuse(app: FastifyInstance, url: string, known: Set<HTTPMethods>): void {
  const allowed = [...known].join(", ");
  const method = METHODS.filter((name) => !known.has(name));
  const answer = (request: { method: string }) => {
    throw new ApiError("method_not_allowed", { method: request.method, path: url, allowed }, null, {
      allow: allowed,
    });
  };
  // In onRequest, so that a body is not looked at.
  app.route({ url, method, onRequest: (request) => Promise.resolve(answer(request)), handler: answer });
}
