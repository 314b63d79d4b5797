import type { FastifyInstance, FastifyReply } from "fastify";
import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import { Type } from "typebox";
import type { DialectFacts, DialectName } from "../metrics/dialect.js";
import { DIALECTS } from "../metrics/dialects.js";
import { openDoor, type ScrapeAnswer } from "../telemetry/doors/scrape.js";
import type { AnyViewSpec, ShownViews } from "../telemetry/index.js";
import { GatewayMetrics, type PooledModel } from "./gateway-metrics.js";
import { dialectsOfQuery } from "./metrics-dialects.js";
import type { ServerTelemetry } from "./meters.js";
import { gatewayMetricsDocs, metricsDocs } from "./openapi/operation-docs.js";

export interface MetricsRoutes {
  telemetry: ServerTelemetry;
  /** What is shown to whoever asks for no other. */
  dialects: readonly DialectName[];
  /** A dialect's views, the same array each time. */
  viewsOf: (name: DialectName) => readonly AnyViewSpec[];
  models: readonly PooledModel[];
}

/** Scrapes come up to twenty times a second, each of which would be two lines of a log. */
const QUIET = { logLevel: "warn" } as const;

/** Sets of dialects that are known again, so that alike scrapes that come at once share one answer. */
const MOST_SETS = 16;

/** Whatever else is in a query, such as a proxy's parameters, is nothing to us. */
const query = Type.Object({
  dialect: Type.Optional(
    Type.Union([Type.String(), Type.Array(Type.String())], {
      description: "whose metrics to show, separated by commas or repeated; see --metrics-dialects",
    }),
  ),
});

/** /metrics in the words of whoever asks, and /metrics/gateway. */
export function metricsRoutes(
  app: FastifyInstance,
  { telemetry, dialects, viewsOf, models }: MetricsRoutes,
): void {
  const scrape = openDoor(telemetry);
  // tacho's own metrics are shown as they are recorded, and beside them what is computed of them.
  const shownBy = keptSets((names) => ({ views: names.map(viewsOf), withMetrics: names.includes("tacho") }));
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const options = { ...QUIET, schema: { querystring: query }, config: { docs: metricsDocs } };
  typed.get("/metrics", options, async ({ query: { dialect }, raw: { headers } }, reply) => {
    const names = dialect === undefined ? dialects : dialectsOfQuery(dialect);
    return send(reply, await scrape(headers, shownBy(names)));
  });
  gatewayRoute(app, new GatewayMetrics(telemetry.path!, models));
}

/** The same array for the same dialect, by which native code knows what it has compiled. */
export function keptViews(facts: DialectFacts): (name: DialectName) => readonly AnyViewSpec[] {
  const kept = new Map<DialectName, readonly AnyViewSpec[]>();
  return (name) => {
    const views = kept.get(name) ?? DIALECTS[name].views(facts);
    kept.set(name, views);
    return views;
  };
}

/** The same for the same set, since alike scrapes that come at once are known by it. */
function keptSets(make: (names: readonly DialectName[]) => ShownViews): typeof make {
  const kept = new Map<string, ShownViews>();
  return (names) => {
    const key = names.join(",");
    const shown = kept.get(key) ?? make(names);
    kept.delete(key);
    kept.set(key, shown);
    if (kept.size > MOST_SETS) kept.delete(kept.keys().next().value!);
    return shown;
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
