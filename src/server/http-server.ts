import Fastify, { type FastifyInstance } from "fastify";
import { answerBadUrl, answerClientErrors, useErrorAnswers } from "./error-answers.js";
import { BODY_LIMIT_BYTES, useJsonBody } from "./json-body.js";
import { now, type Meters } from "./meters.js";
import { refuseOtherMethods } from "./other-methods.js";
import { schemaError } from "./schema-errors.js";

/** Time a client has to send its request; the answer may take as long as it takes. */
const REQUEST_TIMEOUT_MS = 60_000;

/** What nginx calls a request whose client left before there was a status. */
const CLIENT_CLOSED_REQUEST = 499;

/**
 * A listener with everything that holds for every route: limits, JSON bodies, OpenAI's error object, metrics.
 * `addRoutes` puts the routes in.
 */
export function httpServer(meters: Meters, addRoutes: (app: FastifyInstance) => void): FastifyInstance {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // What does not fit the schema is refused, never changed into what does.
    ajv: {
      customOptions: {
        removeAdditional: false,
        coerceTypes: false,
        useDefaults: true,
        verbose: true,
        keywords: ["accepted"],
      },
    },
    schemaErrorFormatter: schemaError,
    frameworkErrors: answerBadUrl,
    clientErrorHandler: answerClientErrors,
  });
  countRequests(app, meters);
  useErrorAnswers(app);
  useJsonBody(app);
  refuseOtherMethods(app, addRoutes);
  return app;
}

/** On "close", which comes exactly once, also for answers that bypass Fastify and for clients that leave. */
function countRequests(app: FastifyInstance, meters: Meters): void {
  app.addHook("onRequest", (request, reply, done) => {
    const start = now();
    reply.raw.once("close", () => {
      const route = request.routeOptions.url ?? "unmatched";
      const status = reply.raw.headersSent ? reply.raw.statusCode : CLIENT_CLOSED_REQUEST;
      meters.http(request.method, route, status, now() - start);
    });
    done();
  });
}
