import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import { connectionOf } from "./connection.js";
import type { StreamRun } from "./stream-run.js";

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
  readonly #run: StreamRun | null;

  constructor(private readonly reply: FastifyReply) {
    this.#run = reply.request.record?.streams() ?? null;
  }

  get opened(): boolean {
    return this.#opened;
  }

  /** @param events As they go out, "data: …\n\n". */
  write(events: string): void {
    this.#open();
    this.#gathered += events;
  }

  /** @param at When what is written came, in seconds on any clock that does not jump. */
  flush(at: number): void {
    const text = this.#gathered;
    if (text === "") return;
    this.#gathered = "";
    const { raw } = this.reply;
    raw.write(text);
    this.#run?.flushed(at, Buffer.byteLength(text), raw.writableLength === 0);
    // The socket: behind an answer that is not out yet, the response alone has none to destroy.
    if (raw.writableLength > UNREAD_LIMIT_BYTES) connectionOf(this.reply.request.raw.socket).cutUnread();
  }

  end(last: string): void {
    this.#open();
    const text = this.#gathered + last;
    this.#gathered = "";
    this.reply.raw.end(text);
    // The last write is taken by nobody who would wait for it.
    this.#run?.wrote(Buffer.byteLength(text), true);
  }

  /** Ends with what tells of a failure. */
  fail(last: string): void {
    this.#run?.break();
    this.end(last);
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.#run?.open();
    this.reply.request.record?.sending();
    this.reply.hijack();
    // Written past Fastify, which would have added what hooks set.
    this.reply.raw.writeHead(200, this.reply.headers(HEADERS).getHeaders() as OutgoingHttpHeaders);
  }
}
