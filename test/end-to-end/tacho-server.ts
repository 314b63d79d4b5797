import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";

const main = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** `tacho serve` as a user starts it: the built program, the default model, a real port. */
export class TachoServer {
  output = "";
  #url = "";

  private constructor(readonly process: ChildProcess) {
    for (const stream of [process.stdout!, process.stderr!]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.output += text));
    }
  }

  /** Resolves when the banner is out, which is when the model is ready. */
  static async start(...flags: string[]): Promise<TachoServer> {
    return TachoServer.startIn({}, ...flags);
  }

  /** With these variables beside the test's own. */
  static async startIn(environment: NodeJS.ProcessEnv, ...flags: string[]): Promise<TachoServer> {
    const child = spawn(process.execPath, [main, "serve", "--port", "0", ...flags], {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...environment },
    });
    const server = new TachoServer(child);
    server.#url = await new Promise((resolve, reject) => {
      child.on("exit", (code) => reject(new Error(`tacho ended with ${code}: ${server.output}`)));
      child.stdout.on("data", () => {
        const address = /address +(http:\S+)/.exec(server.output);
        if (address) resolve(address[1]!);
      });
    });
    return server;
  }

  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  get openai(): OpenAI {
    return new OpenAI({ baseURL: `${this.#url}/v1`, apiKey: "none", maxRetries: 0 });
  }

  get model(): string {
    return "tacho-mini";
  }

  /** The process ids of all models' engine hosts. */
  get enginePids(): number[] {
    return childrenOf(this.process.pid!).filter((pid) => titleOf(pid).startsWith("tacho engine-host"));
  }

  /** The engine host's process id. */
  get enginePid(): number {
    const [found] = this.enginePids;
    if (found === undefined) throw new Error("no engine host is running");
    return found;
  }

  /** This server's shared-memory files. */
  segments(): string[] {
    return readdirSync("/dev/shm").filter((name) => name.startsWith(`tacho-${this.process.pid}-`));
  }

  async readiness(): Promise<number> {
    return (await fetch(`${this.#url}/readyz`)).status;
  }

  async metrics(): Promise<string> {
    return (await fetch(`${this.#url}/metrics`)).text();
  }

  /** The sum over the series of `name` that have all of `labels`. */
  async metric(name: string, labels = ""): Promise<number> {
    const lines = (await this.metrics()).split("\n");
    const values = lines
      .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
      .filter((line) => labels.split(",").every((label) => line.includes(label)))
      .map((line) => Number(line.split(" ").at(-1)));
    return values.reduce((sum, value) => sum + value, 0);
  }

  /** Sends `signal` and waits for the end; returns exit code and signal. */
  async end(
    signal: NodeJS.Signals = "SIGTERM",
  ): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    const { process: child } = this;
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await once(child, "exit");
    }
    return { code: child.exitCode, signal: child.signalCode };
  }
}

function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && statusField(pid, "PPid") === String(parent));
}

/** A line of /proc/<pid>/status; null when the process has ended. */
export function statusField(pid: number, field: string): string | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return new RegExp(`^${field}:\\s+(.*)$`, "m").exec(status)?.[1] ?? null;
  } catch {
    return null;
  }
}

export function titleOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}

/** Waits for a state that is named by the test; fails after 30 s, unless told otherwise. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  milliseconds = 30_000,
): Promise<void> {
  const deadline = Date.now() + milliseconds;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`did not come about in ${milliseconds / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
