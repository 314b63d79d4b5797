import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";

interface Answer {
  id?: number;
  result?: { targetId?: string; sessionId?: string; result?: { value?: unknown } };
  error?: { message: string };
}

/** A headless Chromium with one page, spoken to through its debugging pipe. */
export class Browser {
  readonly #profile = mkdtempSync(join(tmpdir(), "tacho-chromium-"));
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #lastId = 0;
  #session: string | undefined;

  private constructor(program: string) {
    const flags = [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--no-first-run",
    ];
    this.#process = spawn(
      program,
      [...flags, "--remote-debugging-pipe", `--user-data-dir=${this.#profile}`, "about:blank"],
      // A group of its own, so that what the browser starts ends with it.
      { stdio: ["ignore", "ignore", "ignore", "pipe", "pipe"], detached: true },
    );
    let text = "";
    (this.#process.stdio[4] as Readable).setEncoding("utf8").on("data", (part: string) => {
      const messages = (text + part).split("\0");
      text = messages.pop()!;
      for (const message of messages) this.#receive(JSON.parse(message) as Answer);
    });
  }

  static async open(program: string, url: string): Promise<Browser> {
    const browser = new Browser(program);
    const { targetId } = await browser.#call("Target.createTarget", { url });
    browser.#session = (await browser.#call("Target.attachToTarget", { targetId, flatten: true })).sessionId;
    return browser;
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#call("Runtime.evaluate", { expression, returnByValue: true });
    return result?.value;
  }

  async close(): Promise<void> {
    const ended = once(this.#process, "exit");
    process.kill(-this.#process.pid!, "SIGKILL");
    await ended;
    // Its processes write until they are gone, which nobody tells of those that are not our children.
    rmSync(this.#profile, { recursive: true, maxRetries: 50, retryDelay: 20 });
  }

  async #call(method: string, params: object): Promise<NonNullable<Answer["result"]>> {
    const id = ++this.#lastId;
    const message = { id, method, params, ...(this.#session !== undefined && { sessionId: this.#session }) };
    const answer = new Promise<Answer>((resolve) => this.#waiting.set(id, resolve));
    (this.#process.stdio[3] as Writable).write(`${JSON.stringify(message)}\0`);
    const { result, error } = await answer;
    if (!result) throw new Error(`${method}: ${error?.message}`);
    return result;
  }

  #receive(answer: Answer): void {
    if (answer.id === undefined) return;
    this.#waiting.get(answer.id)?.(answer);
    this.#waiting.delete(answer.id);
  }
}
