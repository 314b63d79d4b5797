import type { AnswerPart, TokenLogprob, TokenUsage } from "../engine/messages.js";
import type { FinishReason } from "./answer.js";
import type { AnswerPiece } from "./answer-piece.js";

export interface GatheredCall {
  id: string;
  name: string;
  arguments: string;
}

/** All that came of one choice. */
export class GatheredChoice {
  readonly toolCalls: GatheredCall[] = [];
  readonly logprobs: TokenLogprob[] = [];
  readonly promptLogprobs: TokenLogprob[] = [];
  finish: FinishReason | null = null;
  usage: TokenUsage = { promptTokens: 0, cachedTokens: 0, generatedTokens: 0 };
  readonly #content: string[] = [];
  readonly #reasoning: string[] = [];

  get content(): string {
    return this.#content.join("");
  }

  get reasoning(): string {
    return this.#reasoning.join("");
  }

  add({ text, parts, logprobs, promptLogprobs }: AnswerPiece): void {
    if (text !== "") this.#content.push(text);
    for (const part of parts ?? []) this.#addPart(part);
    if (logprobs) this.logprobs.push(...logprobs);
    for (const one of promptLogprobs ?? []) this.promptLogprobs.push(one);
  }

  end(finish: FinishReason, usage: TokenUsage): void {
    this.finish = finish;
    this.usage = usage;
  }

  #addPart(part: AnswerPart): void {
    if (part.kind === "content") this.#content.push(part.text);
    else if (part.kind === "reasoning") this.#reasoning.push(part.text);
    else if (part.name !== "")
      this.toolCalls[part.index] = { id: part.id, name: part.name, arguments: part.text };
    else this.toolCalls[part.index]!.arguments += part.text;
  }
}
