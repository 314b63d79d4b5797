import type { Answer, AnswerFormat, AnswerHead, FinishReason, Usage } from "./answer-format.js";

/** Gathers an answer that is sent in one piece. */
export class WholeAnswer implements Answer {
  readonly #texts: string[] = [];

  constructor(
    private readonly head: AnswerHead,
    private readonly format: AnswerFormat,
  ) {}

  text(text: string): void {
    if (text !== "") this.#texts.push(text);
  }

  flush(): void {}

  finish(finish: FinishReason, usage: Usage): object {
    const { id, created, model, system_fingerprint } = this.head;
    const choices = [this.format.choice(this.#texts.join(""), finish)];
    return { id, object: this.format.object, created, model, choices, usage, system_fingerprint };
  }

  fail(): boolean {
    return false;
  }
}
