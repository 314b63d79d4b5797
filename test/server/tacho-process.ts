import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { vi } from "vitest";

const programs = {
  real: fileURLToPath(new URL("../../dist/main.js", import.meta.url)),
  scripted: fileURLToPath(new URL("scripted-main.mjs", import.meta.url)),
};

/** A `tacho` command in a process of its own; needs the built dist/. */
export class TachoProcess {
  stdout = "";
  stderr = "";
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown[]>;

  constructor(program: keyof typeof programs, args: string[], env: Record<string, string> = {}) {
    this.#child = spawn(process.execPath, [programs[program], ...args], {
      env: { PATH: process.env["PATH"], ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.#ended = once(this.#child, "close");
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Its address, once the banner says so. */
  async url(): Promise<string> {
    await this.said("stdout", /is ready/);
    return /address +(\S+)/.exec(this.stdout)![1]!;
  }

  async said(where: "stdout" | "stderr", words: RegExp): Promise<void> {
    const check = () => {
      if (!words.test(this[where])) throw new Error(`${words} was not said: ${this.stdout}${this.stderr}`);
    };
    await vi.waitFor(check, { timeout: 20_000, interval: 5 });
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The exit code, or the signal that killed it. */
  async ended(): Promise<number | string> {
    const [code, signal] = (await this.#ended) as [number | null, string | null];
    return code ?? signal!;
  }

  /** Its child processes, with their titles. */
  children(): { pid: number; title: string }[] {
    const pids = readFileSync(`/proc/${this.pid}/task/${this.pid}/children`, "utf8").trim().split(" ");
    return pids.filter(Boolean).map((pid) => ({ pid: Number(pid), title: titleOf(pid) }));
  }

  get title(): string {
    return titleOf(this.pid);
  }

  /** The segment files that exist under its name. */
  segments(): string[] {
    const folders = ["/dev/shm", tmpdir()].filter((folder) => existsSync(folder));
    return folders
      .flatMap((folder) => readdirSync(folder))
      .filter((name) => name.startsWith(`tacho-${this.pid}-`));
  }
}

function titleOf(pid: number | string): string {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
}

export function isAlive(pid: number): boolean {
  // A zombie that nobody has waited for yet has no command line any more.
  return existsSync(`/proc/${pid}/cmdline`) && titleOf(pid) !== "";
}
