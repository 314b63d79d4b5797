import { readFileSync } from "node:fs";
import type { FastifyInstance, RouteOptions } from "fastify";
import { packagePath } from "../package-info.js";
import { openApiDocument, type DocumentedRoute } from "./document.js";
import { openApiDocs } from "./operation-docs.js";

/** A page that loads nothing from elsewhere, and runs nothing that came with an answer. */
const PAGE_HEADERS = {
  "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'",
};

const PAGE = [
  { url: "/docs", file: "page.html", type: "text/html; charset=utf-8" },
  { url: "/docs/page.css", file: "page.css", type: "text/css; charset=utf-8" },
  { url: "/docs/page.js", file: "page.js", type: "text/javascript; charset=utf-8" },
] as const;

/** /openapi.json and its page, which browsers load before anybody could give them a key. To be called before the routes of `app` that it describes are added. */
export function openApiRoutes(app: FastifyInstance): void {
  const routes = collectRoutes(app);
  let json: string | undefined;
  app.get("/openapi.json", { config: { access: "public", docs: openApiDocs } }, (_, reply) => {
    json ??= JSON.stringify(openApiDocument(routes.flatMap(documented)));
    return reply.type("application/json; charset=utf-8").send(json);
  });
  for (const { url, file, type } of PAGE) {
    const content = readFileSync(packagePath(`src/server/openapi/page/${file}`));
    app.get(url, { config: { access: "public", docs: null } }, (_, reply) =>
      reply.headers(PAGE_HEADERS).type(type).send(content),
    );
  }
}

/** @returns A list that grows as routes are added. */
function collectRoutes(app: FastifyInstance): RouteOptions[] {
  const routes: RouteOptions[] = [];
  app.addHook("onRoute", (route) => {
    routes.push(route);
  });
  return routes;
}

/** Read late: hooks of the scopes inside change a route's options after those of this one. */
function documented({ method, url, schema, config }: RouteOptions): DocumentedRoute[] {
  const docs = config?.docs;
  if (docs === null) return [];
  // Fastify adds HEAD to each GET.
  const methods = [method].flat().filter((name) => name !== "HEAD");
  return methods.map((name) => ({ method: name, url, schema, access: config?.access, docs }));
}
