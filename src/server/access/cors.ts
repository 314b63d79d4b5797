import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { UsageError } from "../settings.js";

/** Origins whose pages may read the answers; "*" for those of all. */
export type Origins = ReadonlySet<string> | "*";

/** What a page may read besides the body. */
const EXPOSED = [
  "retry-after",
  "x-request-id",
  ...["limit", "remaining", "reset"].flatMap((kind) =>
    ["requests", "tokens"].map((unit) => `x-ratelimit-${kind}-${unit}`),
  ),
].join(", ");

/** Two hours, the longest that Chromium takes. */
const MAX_AGE_SECONDS = 7200;

/** @param setting "*", or origins separated by commas. @throws UsageError */
export function parseOrigins(setting: string): Origins {
  if (setting === "*") return "*";
  const origins = setting.split(",");
  const wrong = origins.find((origin) => !isOrigin(origin));
  if (wrong === undefined) return new Set(origins);
  throw new UsageError(
    `Expected '*' or origins such as https://example.com, separated by commas, for --cors-origins, but received '${wrong}'.`,
  );
}

/** As browsers send it: without a path, a default port or capitals. */
function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text;
}

/**
 * Answers preflights, which bring no key, and lets pages of `origins` read every answer, errors too. Never with
 * credentials: a key is sent by the page itself, so that no page can use one that the browser holds for another.
 */
export function useCors(app: FastifyInstance, origins: Origins): void {
  app.addHook("onRequest", (request, reply, done) => {
    if (origins !== "*") void reply.header("vary", "Origin");
    const origin = allowedOrigin(origins, request.headers.origin);
    if (origin !== null) void reply.headers({ "access-control-allow-origin": origin });
    if (origin !== null && isPreflight(request)) answerPreflight(request, reply);
    else {
      if (origin !== null) void reply.header("access-control-expose-headers", EXPOSED);
      done();
    }
  });
}

function allowedOrigin(origins: Origins, origin: string | undefined): string | null {
  if (origin === undefined) return null;
  if (origins === "*") return "*";
  return origins.has(origin) ? origin : null;
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

/** The same for every path: it tells nothing of the routes, and what a request needs it says itself. */
function answerPreflight({ headers }: FastifyRequest, reply: FastifyReply): void {
  const wanted = headers["access-control-request-headers"];
  void reply
    .code(204)
    .headers({
      "access-control-allow-methods": "GET, HEAD, POST, DELETE",
      ...(wanted === undefined ? {} : { "access-control-allow-headers": wanted }),
      "access-control-max-age": MAX_AGE_SECONDS,
    })
    .send();
}
