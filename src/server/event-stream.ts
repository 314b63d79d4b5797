import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";

/** Bytes a client may leave unread before its connection is cut: minutes of text, yet little memory. */
const UNREAD_LIMIT_BYTES = 1024 * 1024;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // nginx would gather the tokens otherwise.
  "x-accel-buffering": "no",
};

/**
 * Server-sent events on their way out. All that one step brought is one write to the socket. The head is sent with the
 * first event, so that what fails before has its own status.
 */
export class EventStream {
  #opened = false;
  #gathered = "";

  constructor(private readonly reply: FastifyReply) {}

  get opened(): boolean {
    return this.#opened;
  }

  /** @param events As they go out, "data: …\n\n". */
  write(events: string): void {
    this.#open();
    this.#gathered += events;
  }

  flush(): void {
    if (this.#gathered === "") return;
    const { raw } = this.reply;
    raw.write(this.#gathered);
    this.#gathered = "";
    // The socket: behind an answer that is not out yet, the response alone has none to destroy.
    if (raw.writableLength > UNREAD_LIMIT_BYTES) this.reply.request.raw.socket.destroy();
  }

  end(last: string): void {
    this.#open();
    this.reply.raw.end(this.#gathered + last);
    this.#gathered = "";
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.reply.hijack();
    // Written past Fastify, which would have added what hooks set.
    this.reply.raw.writeHead(200, this.reply.headers(HEADERS).getHeaders() as OutgoingHttpHeaders);
  }
}
