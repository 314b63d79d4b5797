import type { Socket } from "node:net";
import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { connectionOf } from "./connection.js";
import { ApiError, type Denial } from "./errors.js";
import { BODY_LIMIT_BYTES } from "./json-body.js";
import { logLine } from "./log.js";
import { cut } from "./schema-errors.js";

declare module "fastify" {
  interface FastifyRequest {
    /** What its client lacked, where it was refused for that. */
    denial: Denial | null;
  }
}

/** Every failure leaves as OpenAI's error object; one that nobody foresaw is logged and told as nothing more. */
export function useErrorAnswers(app: FastifyInstance): void {
  app.decorateRequest("record", null);
  app.decorateRequest("textRecord", null);
  app.decorateRequest("errorCode", null);
  app.decorateRequest("denial", null);
  useErrorBodies(app, ({ body }) => body);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?", 1)[0]!;
    return send(reply, new ApiError("unknown_url", { method: request.method, path: cut(path) }));
  });
}

/** Words the failures of this scope's routes in the terms of their API. */
export function useErrorBodies(
  app: FastifyInstance,
  bodyOf: (error: ApiError, request: FastifyRequest) => object,
): void {
  app.setErrorHandler((error: FastifyError | ApiError, request, reply) => {
    const answer = asApiError(error, request);
    request.record?.settle(answer.kind.outcome, answer.code);
    request.textRecord?.failed(answer.code);
    return send(reply, answer, bodyOf(answer, request));
  });
}

/** For requests whose URL no router can read. No hook has seen them. */
export function answerBadUrl(error: FastifyError, reply: FastifyReply): void {
  void send(reply, new ApiError("bad_request", { reason: cut(error.message) }));
}

const LINGER_MS = 1000;

/** For bytes that are no HTTP request, or one that came too slowly: there is a socket, but no reply yet. */
export function answerClientErrors(error: Error & { code?: string }, socket: Socket): void {
  const connection = connectionOf(socket);
  if (!connection.owesNothing) {
    socket.destroy();
    return;
  }
  connection.error = socketError(error.code);
  const { statusCode, body } = connection.error;
  const json = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${statusCode} ${STATUS_CODES[statusCode]}`,
    "Connection: close",
    "Content-Type: application/json; charset=utf-8",
    `Content-Length: ${Buffer.byteLength(json)}`,
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${json}`);
  // Node leaves the socket to us, and a client may never close its side. Not at once: unread bytes would turn
  // the answer into a reset.
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

function socketError(code: string | undefined): ApiError {
  if (code === "HPE_HEADER_OVERFLOW") return new ApiError("headers_too_large");
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return new ApiError("request_timeout");
  return new ApiError("bad_request", { reason: "Expected an HTTP request." });
}

function asApiError(error: FastifyError | ApiError, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  switch (error.code) {
    case "FST_ERR_CTP_BODY_TOO_LARGE":
      return new ApiError("body_too_large", { limit: BODY_LIMIT_BYTES });
    case "FST_ERR_CTP_INVALID_MEDIA_TYPE":
      return new ApiError("unsupported_media_type", {
        received: cut(request.headers["content-type"] ?? "none"),
      });
  }
  if (error.statusCode !== undefined && error.statusCode >= 400 && error.statusCode < 500) {
    return new ApiError("bad_request", { reason: error.message });
  }
  logLine(`${request.method} ${request.url} failed: ${error.stack ?? error.message}`);
  return new ApiError("internal_error");
}

function send(reply: FastifyReply, error: ApiError, body: object = error.body): FastifyReply {
  reply.request.errorCode = error.code;
  reply.request.denial = error.denies ?? null;
  const { status, retryAfter, retries, closes } = error.kind;
  if (retryAfter !== undefined) void reply.header("retry-after", retryAfter);
  // OpenAI's and Anthropic's clients obey it.
  if (retries === false) void reply.header("x-should-retry", "false");
  // Fastify would close when a body is no good: a client that still sends it would see a reset and no answer. Node
  // takes the rest and drops it, for as long as a request may take.
  const keeps = !closes && reply.raw.shouldKeepAlive;
  void reply.header("connection", keeps ? "keep-alive" : "close");
  return reply.code(status).headers(error.headers).send(body);
}
