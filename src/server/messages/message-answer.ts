import type { Answer, AnswerContext, AnswerEnd, FinishReason } from "../answer.js";
import type { AnswerPiece } from "../answer-piece.js";
import { AnswerItems, type AnswerItem, type AnswerItemListener } from "../answer-items.js";
import type { ApiError } from "../errors.js";
import type { EventStream } from "../event-stream.js";
import { messagesError } from "./messages-error.js";
import { blockOf, endOf, messageObject, UNFINISHED, type MessageEnd } from "./message-object.js";

/** A message that is sent in one piece. */
export class WholeMessage implements Answer {
  readonly #items = new AnswerItems();
  #end = UNFINISHED;

  constructor(private readonly context: AnswerContext) {}

  piece(_choice: number, piece: AnswerPiece): void {
    this.#items.add(piece);
  }

  end(_choice: number, finish: FinishReason, end: AnswerEnd): void {
    this.#end = endOf(this.context, finish, end);
  }

  flush(): void {}

  finish(): object {
    const content = this.#items.list.map((item) => blockOf(item));
    return messageObject(this.context, content, this.#end);
  }

  fail(): boolean {
    return false;
  }
}

/** The member that a delta adds to, and what Anthropic calls such a delta. */
const DELTAS = {
  content: '"type":"text_delta","text"',
  reasoning: '"type":"thinking_delta","thinking"',
  tool_call: '"type":"input_json_delta","partial_json"',
} as const;

/** A message as Anthropic's events. */
export class MessageStream implements Answer, AnswerItemListener {
  readonly #items = new AnswerItems(this);
  #end = UNFINISHED;

  constructor(
    private readonly context: AnswerContext,
    private readonly stream: EventStream,
  ) {}

  piece(_choice: number, piece: AnswerPiece): void {
    this.#start();
    this.#items.add(piece);
  }

  opened(item: AnswerItem, index: number): void {
    this.#send("content_block_start", { index, content_block: blockOf(item, true) });
  }

  grew({ kind }: AnswerItem, index: number, text: string): void {
    if (text === "") return;
    const data = `{"type":"content_block_delta","index":${index},"delta":{${DELTAS[kind]}:${JSON.stringify(text)}}}`;
    this.stream.write(`event: content_block_delta\ndata: ${data}\n\n`);
  }

  closed(_item: AnswerItem, index: number): void {
    this.#send("content_block_stop", { index });
  }

  end(_choice: number, finish: FinishReason, end: AnswerEnd): void {
    this.#end = endOf(this.context, finish, end);
  }

  flush(at: number): void {
    this.stream.flush(at);
  }

  finish(): undefined {
    this.#start();
    this.#items.close();
    this.#send("message_delta", deltaOf(this.#end));
    this.stream.end(eventText("message_stop", {}));
  }

  fail(error: ApiError): boolean {
    const { opened } = this.stream;
    const { id } = this.context.reply.request;
    if (opened) this.stream.fail(`event: error\ndata: ${JSON.stringify(messagesError(error, id))}\n\n`);
    return opened;
  }

  #start(): void {
    if (!this.stream.opened)
      this.#send("message_start", { message: messageObject(this.context, [], UNFINISHED) });
  }

  #send(type: string, fields: object): void {
    this.stream.write(eventText(type, fields));
  }
}

function eventText(type: string, fields: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;
}

function deltaOf({ stop_reason, stop_sequence, ...told }: MessageEnd): object {
  const delta = { stop_reason, stop_sequence, stop_details: null, container: null };
  return { delta, ...told };
}
