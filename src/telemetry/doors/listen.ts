import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { TelemetryError } from "../errors.js";
import { openDoor, type Renderer, type ScrapeAnswer } from "./scrape.js";
import type { ShownViews } from "../reading/views.js";

export interface ListenOptions extends ShownViews {
  /** 0 takes a free one; the answer says which. */
  port: number;
  /** Default 127.0.0.1: whoever wants the metrics seen from outside says so, e.g. with 0.0.0.0. */
  host?: string;
  /** Where the metrics are. Default /metrics. */
  path?: string;
  /** Lets the program end although this listens. Default false, as of any server. */
  unref?: boolean;
}

export interface Listener {
  /** Of the metrics. */
  readonly url: string;
  readonly port: number;
  /** Stops listening, lets running answers finish and ends all connections. Idempotent. */
  close(): Promise<void>;
}

const HEALTH_PATH = "/health";

/**
 * Scrapers keep connections: endpoint pickers 10 s, Prometheus over its usual minute. One that we gave up at the
 * same moment would cost them a scrape.
 */
const KEEP_ALIVE_MS = 75_000;
const LIMITS = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  maxHeaderSize: 16 * 1024,
};
/** A connection that takes nothing of its answer for so long is ended. */
const STALLED_MS = 30_000;
const MOST_CONNECTIONS = 256;
/** How long a running answer may hold up `close()`. */
const LAST_ANSWERS_MS = 2_000;

const PLAIN = { "content-type": "text/plain; charset=utf-8" };

function plainAnswer(status: number, text: string, headers: Record<string, string> = {}): ScrapeAnswer {
  return { status, headers: { ...PLAIN, ...headers }, body: Buffer.from(text) };
}

function pathOf(request: IncomingMessage): string {
  return request.url!.split("?", 1)[0]!;
}

type Answerer = (request: IncomingMessage) => Promise<ScrapeAnswer>;

function route(metricsPath: string, scrape: ReturnType<typeof openDoor>): Answerer {
  const routes = new Map<string, Answerer>([
    [HEALTH_PATH, () => Promise.resolve(plainAnswer(200, "ok"))],
    [metricsPath, ({ headers }) => scrape(headers)],
  ]);
  return async (request) => {
    const answer = routes.get(pathOf(request));
    if (answer === undefined) return plainAnswer(404, `Expected ${metricsPath} or ${HEALTH_PATH}.\n`);
    if (request.method === "GET" || request.method === "HEAD") return answer(request);
    return plainAnswer(405, "Expected GET or HEAD.\n", { allow: "GET, HEAD" });
  };
}

function write(response: ServerResponse, { status, headers, body }: ScrapeAnswer): void {
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(body);
}

const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "needs privileges",
  EADDRNOTAVAIL: "is no address of this machine",
  ENOTFOUND: "is no known host",
};

function listenError(error: NodeJS.ErrnoException, host: string, port: number): TelemetryError {
  const reason = LISTEN_FAILURES[error.code ?? ""] ?? error.message;
  const message = `Expected a free address for listen but received ${host}:${port}, which ${reason}.`;
  return new TelemetryError("cannot_listen", message, { cause: error });
}

function checkOptions({ port, host, path = "/metrics" }: ListenOptions): void {
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new TypeError(`Expected an integer from 0 to 65535 for port but received ${String(port)}.`);
  // Node would take an empty host, or a number, for all addresses of the machine.
  if (host !== undefined && (typeof host !== "string" || host === ""))
    throw new TypeError(`Expected an address for host but received ${JSON.stringify(host)}.`);
  if (typeof path !== "string" || !path.startsWith("/") || path === HEALTH_PATH)
    throw new TypeError(`Expected a path from / other than ${HEALTH_PATH} for path but received ${path}.`);
}

/** An address to ask at; one that stands for all of the machine's is no such. */
function urlOf({ address, family, port }: AddressInfo, path: string): string {
  const loopback = family === "IPv6" ? "::1" : "127.0.0.1";
  const host = address === "::" || address === "0.0.0.0" ? loopback : address;
  return `http://${family === "IPv6" ? `[${host}]` : host}:${port}${path}`;
}

class MetricsServer {
  private readonly server: Server;
  private readonly running = new Set<ServerResponse>();
  private closed: Promise<void> | undefined;

  constructor(answer: Answerer) {
    this.server = createServer(LIMITS, (request, response) => {
      this.track(response);
      void answer(request).then((made) => write(response, made));
    });
    this.server.setTimeout(STALLED_MS);
    this.server.maxConnections = MOST_CONNECTIONS;
  }

  /** Errors of a listening server, such as no descriptors left, pass: metrics never end the program. */
  listen(host: string, port: number): Promise<AddressInfo> {
    return new Promise((resolve, reject) => {
      this.server.on("error", (error) => reject(listenError(error, host, port)));
      this.server.listen(port, host, () => resolve(this.server.address() as AddressInfo));
    });
  }

  unref(): void {
    this.server.unref().on("connection", (socket) => socket.unref());
  }

  close(): Promise<void> {
    return (this.closed ??= new Promise((resolve) => {
      const deadline = setTimeout(() => this.server.closeAllConnections(), LAST_ANSWERS_MS).unref();
      this.server.close(() => {
        clearTimeout(deadline);
        resolve();
      });
      this.endIdle();
    }));
  }

  private track(response: ServerResponse): void {
    this.running.add(response);
    response.once("close", () => {
      this.running.delete(response);
      if (this.closed !== undefined) this.endIdle();
    });
  }

  /** Once the last answer is out; also ends connections that never asked, which Node does not count as idle. */
  private endIdle(): void {
    if (this.running.size === 0) this.server.closeAllConnections();
  }
}

/**
 * Serves `GET /metrics`, in the format and encoding that the scraper asks for, and `GET /health`.
 * @throws TelemetryError `cannot_listen` when the port is taken; TypeError for options out of range.
 */
export async function listen(telemetry: Renderer, options: ListenOptions): Promise<Listener> {
  checkOptions(options);
  const { port, host = "127.0.0.1", path = "/metrics", unref = false, views, withMetrics } = options;
  const server = new MetricsServer(route(path, openDoor(telemetry, { views, withMetrics })));
  if (unref) server.unref();
  const address = await server.listen(host, port);
  return { url: urlOf(address, path), port: address.port, close: () => server.close() };
}
