import type { FastifyInstance, FastifyReply } from "fastify";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { DialectFacts, DialectName } from "../metrics/dialect.js";
import { viewsOf } from "../metrics/dialects.js";
import { openDoor, type ScrapeAnswer } from "../telemetry/doors/scrape.js";
import { GatewayMetrics, type PooledModel } from "./gateway-metrics.js";
import { dialectsOfQuery } from "./metrics-dialects.js";
import type { ServerTelemetry } from "./meters.js";
import { gatewayMetricsDocs, metricsDocs } from "./openapi/operation-docs.js";

export interface MetricsRoutes {
  telemetry: ServerTelemetry;
  /** What is shown to whoever asks for no other. */
  dialects: readonly DialectName[];
  facts: DialectFacts;
  models: readonly PooledModel[];
}

/** Scrapes come up to twenty times a second, each of which would be two lines of a log. */
const QUIET = { logLevel: "warn" } as const;

/** Sets of dialects that are kept ready; a set that nobody has asked for since as many others is made anew. */
const MOST_DOORS = 16;

/** Whatever else is in a query, such as a proxy's parameters, is nothing to us. */
const query = Type.Object({
  dialect: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: "whose metrics to show, separated by commas or repeated; see --metrics-dialects",
    }),
  ),
});

type Door = ReturnType<typeof openDoor>;

/** /metrics in the words of whoever asks, and /metrics/gateway. */
export function metricsRoutes(
  app: FastifyInstance,
  { telemetry, dialects, facts, models }: MetricsRoutes,
): void {
  const doorOf = doors((names) => openDialects(telemetry, names, facts));
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const options = { ...QUIET, schema: { querystring: query }, config: { docs: metricsDocs } };
  typed.get("/metrics", options, async ({ query: { dialect }, raw: { headers } }, reply) => {
    const names = dialect === undefined ? dialects : dialectsOfQuery(dialect);
    return send(reply, await doorOf(names)(headers));
  });
  gatewayRoute(app, new GatewayMetrics(telemetry.path!, models));
}

function openDialects(telemetry: ServerTelemetry, names: readonly DialectName[], facts: DialectFacts): Door {
  const own = names.includes("tacho");
  // Without views everything is shown, and nothing need be compiled.
  return own && names.length === 1 ? openDoor(telemetry) : openDoor(telemetry, viewsOf(names, facts), own);
}

/** One door for each set of dialects, so that alike scrapes share a rendering and its compiled views. */
function doors(open: (names: readonly DialectName[]) => Door): (names: readonly DialectName[]) => Door {
  const opened = new Map<string, Door>();
  return (names) => {
    const key = names.join(",");
    const door = opened.get(key) ?? open(names);
    opened.delete(key);
    opened.set(key, door);
    if (opened.size > MOST_DOORS) opened.delete(opened.keys().next().value!);
    return door;
  };
}

/** The same for every `Accept`: its reader sends none, and knows one format. */
function gatewayRoute(app: FastifyInstance, gateway: GatewayMetrics): void {
  app.addHook("onClose", (_, done) => {
    gateway.close();
    done();
  });
  app.get("/metrics/gateway", { ...QUIET, config: { docs: gatewayMetricsDocs } }, async (_, reply) =>
    reply.type("text/plain; version=0.0.4; charset=utf-8").send(await gateway.text()),
  );
}

function send(reply: FastifyReply, { status, headers, body }: ScrapeAnswer): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
