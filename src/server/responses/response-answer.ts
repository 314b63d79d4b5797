import type { TokenLogprob, TokenUsage } from "../../engine/messages.js";
import type { Answer, AnswerContext, FinishReason } from "../answer.js";
import type { AnswerPiece } from "../answer-piece.js";
import { AnswerItems, type AnswerItem, type AnswerItemListener } from "../answer-items.js";
import type { ApiError } from "../errors.js";
import type { EventStream } from "../event-stream.js";
import { isJson } from "../json-body.js";
import { toldTimings } from "../timings.js";
import type { Item } from "./items.js";
import { beginning, ended, failed, OutputItems, type ResponseObject } from "./response-object.js";
import type { ResponsesBody } from "./responses-schema.js";

/** What both ways to answer share: the items, and the response that they make in the end. */
class ResponseInMaking {
  readonly words: OutputItems;
  response: ResponseObject;

  constructor(
    body: ResponsesBody,
    private readonly context: AnswerContext,
    readonly items: AnswerItems,
  ) {
    this.words = new OutputItems(context);
    this.response = beginning(body, context);
  }

  end(finish: FinishReason, usage: TokenUsage): void {
    const output = this.#output(finish === "length" || this.#isCallCut());
    this.response = { ...ended(this.response, output, finish, usage), ...toldTimings(this.context) };
  }

  fail(error: ApiError): void {
    this.response = failed(this.response, this.#output(true), error);
  }

  /** By a stop string. */
  #isCallCut(): boolean {
    const last = this.items.list.at(-1);
    return last?.kind === "tool_call" && !isJson(last.text);
  }

  /** @param isCut Whether the last item is not all that it was to be. */
  #output(isCut: boolean): Item[] {
    const { list } = this.items;
    const last = isCut ? list.length - 1 : list.length;
    return list.map((item, index) =>
      this.words.whole(item, index, index < last ? "completed" : "incomplete"),
    );
  }
}

/** Told of a response that has ended as it should. */
export type ResponseListener = (response: ResponseObject) => void;

/** A response that is sent in one piece. */
export class WholeResponse implements Answer {
  readonly #making: ResponseInMaking;

  constructor(
    body: ResponsesBody,
    context: AnswerContext,
    private readonly onEnded: ResponseListener,
  ) {
    this.#making = new ResponseInMaking(body, context, new AnswerItems());
  }

  piece(_choice: number, piece: AnswerPiece): void {
    this.#making.items.add(piece);
  }

  end(_choice: number, finish: FinishReason, usage: TokenUsage): void {
    this.#making.end(finish, usage);
  }

  flush(): void {}

  finish(): object {
    this.onEnded(this.#making.response);
    return this.#making.response;
  }

  fail(): boolean {
    return false;
  }
}

/** The events of an item's text; a call's arguments are no part of a content. */
const EVENTS = {
  content: "response.output_text",
  reasoning: "response.reasoning_text",
  tool_call: "response.function_call_arguments",
} as const;

/** A response as OpenAI's events. */
export class ResponseStream implements Answer, AnswerItemListener {
  readonly #making: ResponseInMaking;
  #sequence = 0;
  #placeText = "";

  constructor(
    body: ResponsesBody,
    context: AnswerContext,
    private readonly stream: EventStream,
    private readonly onEnded: ResponseListener,
  ) {
    this.#making = new ResponseInMaking(body, context, new AnswerItems(this));
  }

  piece(_choice: number, piece: AnswerPiece): void {
    this.#start();
    this.#making.items.add(piece);
  }

  opened(item: AnswerItem, index: number): void {
    const { words } = this.#making;
    this.#placeText = JSON.stringify(this.#place(item, index)).slice(1, -1);
    this.#send("response.output_item.added", { output_index: index, item: words.empty(item, index) });
    this.#sendPart("added", item, index, words.part({ ...item, text: "" }));
  }

  /** One escape a token: the bytes around it were made when its item was opened. */
  grew(item: AnswerItem, _index: number, delta: string, logprobs: readonly TokenLogprob[]): void {
    const type = `${EVENTS[item.kind]}.delta`;
    const head = `"type":"${type}","sequence_number":${this.#sequence++},${this.#placeText}`;
    const tokens = item.kind === "content" ? `,"logprobs":${this.#logprobsText(logprobs)}` : "";
    this.stream.write(`event: ${type}\ndata: {${head},"delta":${JSON.stringify(delta)}${tokens}}\n\n`);
  }

  /** Closed by what comes next; what closes the last item is the end. */
  closed(item: AnswerItem, index: number): void {
    const { words, response } = this.#making;
    this.#send(`${EVENTS[item.kind]}.done`, { ...this.#place(item, index), ...this.#text(item) });
    this.#sendPart("done", item, index, words.part(item));
    const whole = response.output[index] ?? words.whole(item, index, "completed");
    this.#send("response.output_item.done", { output_index: index, item: whole });
  }

  end(_choice: number, finish: FinishReason, usage: TokenUsage): void {
    this.#start();
    this.#making.end(finish, usage);
    this.#making.items.close();
  }

  flush(at: number): void {
    this.stream.flush(at);
  }

  finish(): undefined {
    const { response } = this.#making;
    this.onEnded(response);
    this.stream.end(this.#event(`response.${response.status}`, { response }));
  }

  fail(error: ApiError): boolean {
    const { opened } = this.stream;
    if (opened) {
      this.#making.fail(error);
      this.stream.fail(this.#event("response.failed", { response: this.#making.response }));
    }
    return opened;
  }

  #start(): void {
    if (this.stream.opened) return;
    const { response } = this.#making;
    this.#send("response.created", { response });
    this.#send("response.in_progress", { response });
  }

  #sendPart(event: "added" | "done", item: AnswerItem, index: number, part: object): void {
    if (item.kind === "tool_call") return;
    this.#send(`response.content_part.${event}`, { ...this.#place(item, index), part });
  }

  #place(item: AnswerItem, index: number): object {
    const place = { item_id: this.#making.words.idOf(item, index), output_index: index };
    return item.kind === "tool_call" ? place : { ...place, content_index: 0 };
  }

  #text(item: AnswerItem): object {
    if (item.kind === "tool_call") return { name: item.name, arguments: item.text };
    if (item.kind === "reasoning") return { text: item.text };
    return { text: item.text, logprobs: this.#making.words.logprobs(item.logprobs) };
  }

  #logprobsText(tokens: readonly TokenLogprob[]): string {
    return tokens.length === 0 ? "[]" : JSON.stringify(this.#making.words.logprobs(tokens));
  }

  #send(type: string, fields: object): void {
    this.stream.write(this.#event(type, fields));
  }

  #event(type: string, fields: object): string {
    const data = { type, sequence_number: this.#sequence++, ...fields };
    return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  }
}
