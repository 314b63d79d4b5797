import type { FastifyInstance, FastifyReply } from "fastify";
import { openDoor, type Renderer, type ScrapeAnswer } from "./scrape.js";
import type { ShownViews } from "../reading/views.js";

export interface TelemetryPluginOptions extends ShownViews {
  telemetry: Renderer;
  /** Default /metrics; below the prefix of the instance. */
  path?: string;
  /** Also answers 200 at this path. Default: nowhere. */
  health?: string;
}

/** Scrapes come up to twenty times a second, each of which would be two lines of a log. */
const QUIET = { logLevel: "warn" } as const;

function send(reply: FastifyReply, { status, headers, body }: ScrapeAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}

/** For `fastify.register(telemetryPlugin, { telemetry })`, Fastify 5. Hooks of the instance apply to its routes. */
export function telemetryPlugin(
  fastify: FastifyInstance,
  { telemetry, path = "/metrics", health, ...shown }: TelemetryPluginOptions,
): Promise<void> {
  const scrape = openDoor(telemetry, shown);
  fastify.get(path, QUIET, async ({ raw }, reply) => send(reply, await scrape(raw.headers)));
  if (health !== undefined)
    fastify.get(health, QUIET, (_, reply) => reply.type("text/plain; charset=utf-8").send("ok"));
  return Promise.resolve();
}
