import type { IncomingMessage, Server, ServerOptions, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import Fastify, {
  type FastifyHttpOptions,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import type { AccessLog } from "./access-log.js";
import { guardsHost, type Access } from "./access/access.js";
import { receive, useAccess } from "./access/access-hooks.js";
import { allowedAddress } from "./access/listen-address.js";
import { namesThisMachine } from "./access/host-names.js";
import { requestIdOf } from "./access/request-id.js";
import { connectionOf, whenOver } from "./connection.js";
import { answerBadUrl, answerClientErrors, useErrorAnswers } from "./error-answers.js";
import { ApiError } from "./errors.js";
import { finalStatus } from "./final-status.js";
import { BODY_LIMIT_BYTES, useJsonBody } from "./json-body.js";
import { now, type Meters } from "./meters.js";
import { refuseOtherMethods } from "./other-methods.js";
import { schemaError, shown } from "./schema-errors.js";

declare module "fastify" {
  interface FastifyRequest {
    /** When its headers were there, on the clock of `now`. */
    arrivedAt: number;
    /** Of its body, as far as they were read. */
    bodyBytes: number;
  }
}

/** Time the last answers have to leave while the listener closes; then they belong to clients that do not read. */
const CLOSE_LIMIT_MS = 1000;

export interface ListenerLimits {
  /** Connections at once; more are closed as they come. Each may hold a descriptor and a few buffers. */
  connections: number;
  /** Time a client has to send its request; the answer may take as long as it takes. */
  requestMilliseconds: number;
  /** How long a connection may take no byte of an answer that is ready for it. */
  unreadMilliseconds: number;
}

export const LIMITS: ListenerLimits = {
  connections: 4096,
  requestMilliseconds: 60_000,
  unreadMilliseconds: 60_000,
};

/** Connections may take no longer to agree on their encryption. */
const HANDSHAKE_MS = 10_000;

/** One port, with all that holds for every route: access, limits, JSON bodies, OpenAI's error object, metrics. */
export class HttpListener {
  readonly #app: FastifyInstance;
  readonly #answering = new Set<ServerResponse>();
  /** With TLS only: Node knows a connection only once its handshake is over. */
  readonly #sockets = new Set<Socket>();
  /** As --host has it, where only this machine's names are answered. */
  #guardedHost: string | null = null;
  #closing = false;

  constructor(
    private readonly meters: Meters,
    addRoutes: (app: FastifyInstance) => void,
    private readonly access: Access,
    limits: ListenerLimits = LIMITS,
    private readonly accessLog: AccessLog | null = null,
  ) {
    this.#app = this.#fastify(limits);
    this.#app.decorateRequest("arrivedAt", 0);
    this.#app.decorateRequest("bodyBytes", 0);
    this.#app.addHook("onRequest", (request, reply, done) => {
      // Before anything can be refused.
      receive(request, reply);
      this.#observe(request, reply);
      done(withoutHost(request.raw) ?? this.#foreignHost(request.raw));
    });
    this.#app.addHook("preParsing", (request, _, body, done) => {
      body.on("data", ({ length }: Buffer) => (request.bodyBytes += length));
      done(null, body);
    });
    // Node would refuse what it does not know, without a word; nobody has to (RFC 9110).
    this.#app.server.on("checkExpectation", (request: IncomingMessage, response: ServerResponse) =>
      this.#app.server.emit("request", request, response),
    );
    this.#app.server.maxConnections = limits.connections;
    this.#app.server.setTimeout(limits.unreadMilliseconds, cutUnread);
    if (access.tls) this.#app.server.on("connection", (socket: Socket) => this.#track(socket));
    useAccess(this.#app, access);
    useErrorAnswers(this.#app);
    useJsonBody(this.#app);
    refuseOtherMethods(this.#app, addRoutes);
  }

  /** Known once it listens. */
  get url(): string {
    const { address, family, port } = this.#app.server.address() as AddressInfo;
    const scheme = this.access.tls ? "https" : "http";
    return `${scheme}://${family === "IPv6" ? `[${address}]` : address}:${port}`;
  }

  /** @throws UsageError when others would reach the address and need no key. */
  async listen(host: string, port: number): Promise<void> {
    // Fastify would open a second server for another address of localhost's, without the limits of this one.
    const address = await allowedAddress(this.access, host);
    if (guardsHost(this.access, address)) this.#guardedHost = host;
    await this.#app.listen({ host: address, port });
  }

  /** Browsers always send one; what sends none (HTTP/1.0) is no browser. */
  #foreignHost({ headers: { host } }: IncomingMessage): ApiError | undefined {
    if (this.#guardedHost === null || host === undefined) return undefined;
    if (namesThisMachine(host, this.#guardedHost)) return undefined;
    return new ApiError("host_not_allowed", { received: shown(host) });
  }

  /** Takes no connection more, and cuts those that are left once the last answer is out. */
  async close(): Promise<void> {
    this.#closing = true;
    const limit = setTimeout(() => this.#cutAll(), CLOSE_LIMIT_MS);
    this.#cutWhenQuiet();
    await this.#app.close();
    clearTimeout(limit);
  }

  /** Node closes idle connections by itself, but not those on which no request has come yet. */
  #cutWhenQuiet(): void {
    if (this.#closing && this.#answering.size === 0) this.#cutAll();
  }

  #cutAll(): void {
    this.#app.server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
  }

  #track(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
  }

  /** Counts the request when it is over: answers that bypass Fastify and clients that leave are counted too. */
  #observe(
    request: FastifyRequest,
    reply: FastifyReply,
    route = request.routeOptions.url ?? "unmatched",
  ): void {
    const { raw } = reply;
    const start = now();
    request.arrivedAt = start;
    // Those for URLs that Fastify cannot read are not decorated.
    request.bodyBytes = 0;
    const entry = this.accessLog?.begin(request);
    this.#answering.add(raw);
    whenOver(request, reply, (error) => {
      const status = finalStatus(raw, error);
      const seconds = now() - start;
      const { method, bodyBytes: requestBytes, denial } = request;
      const responseBytes = writtenBytes(request, reply);
      this.meters.http.over({ method, route, status, seconds, requestBytes, responseBytes });
      if (denial) this.meters.http.denials[denial].inc();
      entry?.({ route, status, seconds, error });
      this.#answering.delete(raw);
      this.#cutWhenQuiet();
    });
  }

  #fastify(limits: ListenerLimits): FastifyInstance {
    return Fastify({
      logger: false,
      bodyLimit: BODY_LIMIT_BYTES,
      requestTimeout: limits.requestMilliseconds,
      genReqId: requestIdOf,
      // As long as `model` may be.
      routerOptions: { maxParamLength: 256 },
      ...this.#serverOptions(limits),
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
      frameworkErrors: (error, request, reply) => {
        this.#observe(request, reply, "unmatched");
        receive(request, reply);
        answerBadUrl(error, reply);
      },
      clientErrorHandler: answerClientErrors,
    });
  }

  /** Fastify's type differs by the server's, but nothing here does. */
  #serverOptions({ requestMilliseconds }: ListenerLimits): FastifyHttpOptions<Server> {
    // Node takes the smaller of the two for the headers; the interval is how exactly it keeps them.
    const http: ServerOptions = {
      headersTimeout: requestMilliseconds,
      requestTimeout: requestMilliseconds,
      connectionsCheckingInterval: requestMilliseconds / 4,
      // Node's own answer has no body; ours comes from `withoutHost`.
      requireHostHeader: false,
    };
    const { tls } = this.access;
    return tls ? ({ https: { ...http, ...tls, handshakeTimeout: HANDSHAKE_MS } } as object) : { http };
  }
}

/** What HTTP/1.1 demands of every request. */
function withoutHost({ httpVersion, headers }: IncomingMessage): ApiError | undefined {
  if (httpVersion !== "1.1" || headers.host !== undefined) return undefined;
  return new ApiError("bad_request", { reason: "Expected a Host header." });
}

/**
 * Called when nothing was sent or received for a while: one byte taken would have counted. A request may wait
 * for its answer longer than that, but an answer not for its client.
 */
function cutUnread(socket: Socket): void {
  const connection = connectionOf(socket);
  if (connection.isIdle) socket.destroy();
  else if (socket.writableLength > 0) connection.cutUnread();
}

/** Of the response's body. An answer that is no stream is handed over in one piece. */
function writtenBytes({ method, record }: FastifyRequest, reply: FastifyReply): number {
  if (record?.stream?.opened) return record.stream.bytes;
  if (!reply.raw.headersSent || method === "HEAD") return 0;
  return Number(reply.getHeader("content-length") ?? 0);
}
