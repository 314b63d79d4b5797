/** Reads one text/event-stream response as it comes. */
export class EventReader {
  readonly events: string[] = [];
  readonly ended: Promise<void>;
  #waiting: (() => void)[] = [];

  constructor(readonly response: Response) {
    this.ended = this.#read();
  }

  /** The events' JSON, "[DONE]" left out. */
  get data(): { error?: { code: string; type: string; message: string }; choices?: unknown[] }[] {
    return this.events.filter((event) => event !== "[DONE]").map((event) => JSON.parse(event) as object);
  }

  /** Resolves when `count` events have come; rejects when the stream ends before. */
  async until(count: number): Promise<void> {
    const over = this.ended.then(() => true);
    while (this.events.length < count) {
      const more = new Promise<boolean>((resolve) => this.#waiting.push(() => resolve(false)));
      if (await Promise.race([more, over]))
        throw new Error(`the stream ended after ${this.events.length} events`);
    }
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.response.body!.pipeThrough(new TextDecoderStream())) {
      const parts = (rest + text).split("\n\n");
      rest = parts.pop()!;
      this.events.push(...parts.map((part) => part.replace(/^data: /, "")));
      for (const wake of this.#waiting.splice(0)) wake();
    }
    if (rest !== "") throw new Error(`the stream ended within an event: ${rest}`);
  }
}
