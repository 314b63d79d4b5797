import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { freePort } from "../server/free-port.js";

/** A real Prometheus that scrapes nothing: the parser of PromQL. */
export class EmptyPrometheus {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: ChildProcess, folder: string, port: number) {
    this.#child = child;
    this.#folder = folder;
    this.#url = `http://127.0.0.1:${port}`;
  }

  static async start(program: string): Promise<EmptyPrometheus> {
    const folder = mkdtempSync(join(tmpdir(), "tacho-promql-"));
    const config = join(folder, "prometheus.yml");
    writeFileSync(config, "scrape_configs: []\n");
    const port = await freePort();
    const flags = [`--config.file=${config}`, `--storage.tsdb.path=${folder}/data`];
    const child = spawn(program, [...flags, `--web.listen-address=127.0.0.1:${port}`], { stdio: "ignore" });
    const prometheus = new EmptyPrometheus(child, folder, port);
    while (!(await prometheus.#answers())) {
      await pause(20);
      if (child.exitCode !== null)
        throw new Error(`Expected Prometheus to start but it ended with ${child.exitCode}.`);
    }
    return prometheus;
  }

  async #answers(): Promise<boolean> {
    const answer = await fetch(`${this.#url}/-/ready`).catch(() => null);
    return answer?.ok ?? false;
  }

  /** What is wrong with an expression; null: nothing. */
  async problemOf(expr: string): Promise<string | null> {
    const body = new URLSearchParams({ query: expr });
    const answer = await fetch(`${this.#url}/api/v1/query`, { method: "POST", body });
    const { error = null } = (await answer.json()) as { error?: string };
    return error;
  }

  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    if (this.#child.exitCode === null) await once(this.#child, "exit");
    rmSync(this.#folder, { recursive: true });
  }
}
