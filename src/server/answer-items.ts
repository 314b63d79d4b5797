import type { AnswerPart, TokenLogprob } from "../engine/messages.js";
import type { AnswerPiece } from "./answer-piece.js";

/** A stretch of an answer that is all of one kind. Its text is a call's arguments, as far as they have come. */
export type AnswerItem =
  | { kind: "content"; text: string; logprobs: TokenLogprob[] }
  | { kind: "reasoning"; text: string }
  | { kind: "tool_call"; text: string; id: string; name: string };

/** Hears how the items come about: each is opened, grows and is closed before the next one is opened. */
export interface AnswerItemListener {
  opened(item: AnswerItem, index: number): void;
  /** `logprobs` are those of the content's new tokens, where the request asked for them. */
  grew(item: AnswerItem, index: number, text: string, logprobs: readonly TokenLogprob[]): void;
  closed(item: AnswerItem, index: number): void;
}

const NONE: readonly TokenLogprob[] = [];

/**
 * Puts the pieces of an answer together, for the APIs whose answers are lists of items. What is streamed and what is
 * sent whole are both told from here, so that they are the same.
 */
export class AnswerItems {
  readonly list: AnswerItem[] = [];
  #open: AnswerItem | null = null;
  #openCall = -1;

  constructor(private readonly listener: AnswerItemListener | null = null) {}

  add({ text, parts, logprobs }: AnswerPiece): void {
    let news = logprobs ?? NONE;
    for (const part of parts ?? [{ kind: "content", text } as const]) {
      this.#extend(part, part.kind === "content" ? news : NONE);
      if (part.kind === "content") news = NONE;
    }
    // A token whose text is still held back.
    if (parts?.length === 0 && this.#open?.kind === "content") this.#grow(this.#open, "", news);
  }

  /** Nothing more comes. */
  close(): void {
    if (this.#open) this.listener?.closed(this.#open, this.list.length - 1);
    this.#open = null;
  }

  #extend(part: AnswerPart, logprobs: readonly TokenLogprob[]): void {
    if (part.kind !== "tool_call" && part.text === "" && logprobs.length === 0) return;
    const call = part.kind === "tool_call" ? part.index : -1;
    if (this.#open?.kind !== part.kind || call !== this.#openCall) this.#begin(part, call);
    this.#grow(this.#open!, part.text, logprobs);
  }

  #begin(part: AnswerPart, call: number): void {
    this.close();
    const item = newItem(part);
    this.#open = item;
    this.#openCall = call;
    this.list.push(item);
    this.listener?.opened(item, this.list.length - 1);
  }

  #grow(item: AnswerItem, text: string, logprobs: readonly TokenLogprob[]): void {
    if (text === "" && logprobs.length === 0) return;
    item.text += text;
    if (item.kind === "content") item.logprobs.push(...logprobs);
    this.listener?.grew(item, this.list.length - 1, text, logprobs);
  }
}

function newItem(part: AnswerPart): AnswerItem {
  switch (part.kind) {
    case "content":
      return { kind: "content", text: "", logprobs: [] };
    case "reasoning":
      return { kind: "reasoning", text: "" };
    case "tool_call":
      return { kind: "tool_call", text: "", id: part.id, name: part.name };
  }
}
