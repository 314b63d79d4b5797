import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import type { Answer, AnswerFormat, AnswerHead, FinishReason, Usage } from "./answer-format.js";

/** Bytes a client may leave unread before its connection is cut: minutes of text, yet little memory. */
const UNREAD_LIMIT_BYTES = 1024 * 1024;

const HEADERS = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-cache",
  // nginx would gather the tokens otherwise.
  "x-accel-buffering": "no",
};

/**
 * Server-sent events. All that one step brought is one write to the socket; the bytes around a text are made
 * once a request. The head is sent with the first token, so that what fails before has its own status.
 */
export class EventStream implements Answer {
  readonly #before: string;
  readonly #after: string;
  #opened = false;
  #gathered = "";

  constructor(
    private readonly reply: FastifyReply,
    head: AnswerHead,
    private readonly format: AnswerFormat,
    private readonly includeUsage: boolean,
  ) {
    const { id, created, model, system_fingerprint } = head;
    const common = JSON.stringify({ id, object: format.stream.object, created, model, system_fingerprint });
    this.#before = `data: ${common.slice(0, -1)},"choices":[`;
    this.#after = includeUsage ? '],"usage":null}\n\n' : "]}\n\n";
  }

  text(text: string): void {
    const { before, after } = this.format.stream;
    this.#open();
    if (text !== "") this.#chunk(before + JSON.stringify(text) + after);
  }

  flush(): void {
    if (this.#gathered === "") return;
    const { raw } = this.reply;
    raw.write(this.#gathered);
    this.#gathered = "";
    // The socket: behind an answer that is not out yet, the response alone has none to destroy.
    if (raw.writableLength > UNREAD_LIMIT_BYTES) this.reply.request.raw.socket.destroy();
  }

  finish(finish: FinishReason, usage: Usage): undefined {
    this.#open();
    this.#chunk(this.format.stream.closing(finish));
    if (this.includeUsage) this.#gathered += `${this.#before}],"usage":${JSON.stringify(usage)}}\n\n`;
    this.#end("data: [DONE]\n\n");
  }

  fail(error: { body: object }): boolean {
    if (this.#opened) this.#end(`data: ${JSON.stringify(error.body)}\n\n`);
    return this.#opened;
  }

  #open(): void {
    if (this.#opened) return;
    this.#opened = true;
    this.reply.hijack();
    // Written past Fastify, which would have added what hooks set.
    this.reply.raw.writeHead(200, this.reply.headers(HEADERS).getHeaders() as OutgoingHttpHeaders);
    if (this.format.stream.opening) this.#chunk(this.format.stream.opening);
  }

  #chunk(choice: string): void {
    this.#gathered += this.#before + choice + this.#after;
  }

  #end(last: string): void {
    this.reply.raw.end(this.#gathered + last);
    this.#gathered = "";
  }
}
