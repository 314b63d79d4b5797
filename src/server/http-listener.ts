import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Fastify, { type FastifyInstance } from "fastify";
import { answerBadUrl, answerClientErrors, useErrorAnswers } from "./error-answers.js";
import { BODY_LIMIT_BYTES, useJsonBody } from "./json-body.js";
import { now, type Meters } from "./meters.js";
import { refuseOtherMethods } from "./other-methods.js";
import { schemaError } from "./schema-errors.js";

/** Time a client has to send its request; the answer may take as long as it takes. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Time the last answers have to leave while the listener closes; then they belong to clients that do not read. */
const CLOSE_LIMIT_MS = 1000;

/** What nginx calls a request whose client left before there was a status. */
const CLIENT_CLOSED_REQUEST = 499;

/** One port, with all that holds for every route: limits, JSON bodies, OpenAI's error object, metrics. */
export class HttpListener {
  readonly #app: FastifyInstance;
  readonly #answering = new Set<ServerResponse>();
  #closing = false;

  constructor(meters: Meters, addRoutes: (app: FastifyInstance) => void) {
    this.#app = fastify();
    this.#observe(meters);
    useErrorAnswers(this.#app);
    useJsonBody(this.#app);
    refuseOtherMethods(this.#app, addRoutes);
  }

  /** Known once it listens. */
  get url(): string {
    const { address, family, port } = this.#app.server.address() as AddressInfo;
    return `http://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  async listen(host: string, port: number): Promise<void> {
    await this.#app.listen({ host, port });
  }

  /** Takes no connection more, and cuts those that are left once the last answer is out. */
  async close(): Promise<void> {
    this.#closing = true;
    const limit = setTimeout(() => this.#app.server.closeAllConnections(), CLOSE_LIMIT_MS);
    this.#cutWhenQuiet();
    await this.#app.close();
    clearTimeout(limit);
  }

  /** Node closes idle connections by itself, but not those on which no request has come yet. */
  #cutWhenQuiet(): void {
    if (this.#closing && this.#answering.size === 0) this.#app.server.closeAllConnections();
  }

  /** On "close", which comes exactly once, also for answers that bypass Fastify and for clients that leave. */
  #observe(meters: Meters): void {
    this.#app.addHook("onRequest", (request, { raw }, done) => {
      const start = now();
      this.#answering.add(raw);
      raw.once("close", () => {
        const route = request.routeOptions.url ?? "unmatched";
        const status = raw.headersSent ? raw.statusCode : CLIENT_CLOSED_REQUEST;
        meters.http(request.method, route, status, now() - start);
        this.#answering.delete(raw);
        this.#cutWhenQuiet();
      });
      done();
    });
  }
}

function fastify(): FastifyInstance {
  return Fastify({
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
}
