import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { ApiError } from "./errors.js";

/** Hears the error that ended the connection, if the server answered one past the request itself. */
type Listener = (error: ApiError | null) => void;

interface Exchange {
  request: IncomingMessage;
  listeners: Listener[];
}

/**
 * One socket and the requests on it that are not over; they are several when the client pipelines. Node tells
 * only the first of their responses that the socket has closed.
 */
export class Connection {
  /** What the server answered to bytes that are no request, or not in time. */
  error: ApiError | null = null;
  #isUnread = false;
  readonly #open = new Map<ServerResponse, Exchange>();

  constructor(private readonly socket: Socket) {
    socket.once("close", () => {
      for (const response of [...this.#open.keys()]) this.#end(response);
    });
  }

  /** Whether an error can be written: an answer that is due or under way would be taken for it, or broken by it. */
  get owesNothing(): boolean {
    if (!this.socket.writable) return false;
    return [...this.#open].every(([response, { request }]) => !request.complete && !response.headersSent);
  }

  /** Whether it was cut because its client does not read. */
  get isUnread(): boolean {
    return this.#isUnread;
  }

  /** The client leaves unread what is ready for it. */
  cutUnread(): void {
    this.#isUnread = true;
    this.socket.destroy();
  }

  get isIdle(): boolean {
    return this.#open.size === 0;
  }

  whenOver(request: IncomingMessage, response: ServerResponse, listener: Listener): void {
    if (this.socket.destroyed || response.destroyed) listener(this.error);
    else this.#exchange(request, response).listeners.push(listener);
  }

  #exchange(request: IncomingMessage, response: ServerResponse): Exchange {
    let exchange = this.#open.get(response);
    if (!exchange) {
      exchange = { request, listeners: [] };
      this.#open.set(response, exchange);
      response.once("close", () => this.#end(response));
    }
    return exchange;
  }

  #end(response: ServerResponse): void {
    const exchange = this.#open.get(response);
    this.#open.delete(response);
    for (const listener of exchange?.listeners ?? []) listener(this.error);
  }
}

const connections = new WeakMap<Socket, Connection>();

export function connectionOf(socket: Socket): Connection {
  let connection = connections.get(socket);
  if (!connection) {
    connection = new Connection(socket);
    connections.set(socket, connection);
  }
  return connection;
}

/** What signals of the end of a request are aborted with: without it, each makes a DOMException with a stack, 28 µs. */
export const OVER = new Error("The answer is out, or nobody waits for it.");

/** Calls `listener` once: when the answer is out or the connection is gone, at once if that has happened. */
export function whenOver(request: FastifyRequest, reply: FastifyReply, listener: Listener): void {
  connectionOf(request.raw.socket).whenOver(request.raw, reply.raw, listener);
}
