// The routes of the server with the schemas that validate their bodies: what is added there is fuzzed without a word here.
import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROUTES = fileURLToPath(new URL("../../dist/server/routes/", import.meta.url));

/** What a route needs only once it is called: any property of it, called or not, is the same again. */
const anything = new Proxy(function () {}, {
  get: (_, name) => (name === "then" || typeof name === "symbol" ? undefined : anything),
  apply: () => anything,
  construct: () => anything,
});

const METHODS = ["get", "post", "put", "patch", "delete"];

/** Stands in for Fastify's instance, and calls `record` with each route. */
function recorder(record) {
  const add = (method) => (url, options) => {
    record({ method: method.toUpperCase(), url, body: options?.schema?.body ?? null });
    return app;
  };
  const own = {
    ...Object.fromEntries(METHODS.map((method) => [method, add(method)])),
    route: ({ method, url, ...options }) => [method].flat().forEach((name) => add(name)(url, options)),
    register: (plugin, options) => plugin(app, options ?? {}, () => {}),
    withTypeProvider: () => app,
  };
  const app = new Proxy(own, { get: (target, name) => target[name] ?? anything });
  return app;
}

/** @returns {Promise<{ method: string, url: string, body: object | null }[]>} in an order that does not change */
export async function recordedRoutes() {
  const routes = [];
  const app = recorder((route) => routes.push(route));
  for (const file of readdirSync(ROUTES)
    .filter((name) => name.endsWith(".js"))
    .sort()) {
    const module = await import(pathToFileURL(path.join(ROUTES, file)).href);
    for (const [name, add] of Object.entries(module))
      if (name.endsWith("Routes")) await add(app, ...Array(8).fill(anything));
  }
  return routes;
}
