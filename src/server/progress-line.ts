import type { WriteStream } from "node:tty";

const WORDS = { download: "downloading the model", load: "loading the model" } as const;

const BAR_WIDTH = 25;

function bar(percent: number): string {
  const filled = Math.round((percent / 100) * BAR_WIDTH);
  return `[${"=".repeat(filled).padEnd(BAR_WIDTH)}] ${percent} %`;
}

/** Shows how far the model has come: one line that rewrites itself, or a line a quarter where that cannot be. */
export class ProgressLine {
  #last = "";
  #ended = false;

  constructor(private readonly out: Pick<WriteStream, "write" | "isTTY">) {}

  update(phase: keyof typeof WORDS, fraction: number): void {
    const percent = Math.floor(fraction * 100);
    const line = `tacho: ${WORDS[phase]}: ${this.out.isTTY ? bar(percent) : `${percent - (percent % 25)} %`}`;
    if (this.#ended || line === this.#last) return;
    this.#last = line;
    this.out.write(this.out.isTTY ? `\r\u001b[K${line}` : `${line}\n`);
  }

  /** Leaves a clean line for what is printed next, and is silent from then on: a restart is no one's to watch. */
  end(): void {
    this.#ended = true;
    if (this.#last !== "" && this.out.isTTY) this.out.write("\r\u001b[K");
    this.#last = "";
  }
}
