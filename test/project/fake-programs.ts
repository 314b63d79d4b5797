import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Programs for a PATH, which record their arguments and do what a test says. */
export class FakePrograms {
  /** The whole PATH: nothing else is found. */
  readonly path: string;

  constructor(private readonly folder: string) {
    this.path = join(folder, "bin");
    mkdirSync(this.path);
  }

  /** @param body Of a shell script; only absolute paths and what the shell itself has. */
  put(name: string, body: string): void {
    const record = `for a in "$@"; do echo "$a"; done >> '${this.#record(name)}'; echo >> '${this.#record(name)}'`;
    writeFileSync(join(this.path, name), `#!/bin/sh\n${record}\n${body}\n`);
    chmodSync(join(this.path, name), 0o755);
  }

  /** The arguments of each call so far. */
  calls(name: string): string[][] {
    if (!existsSync(this.#record(name))) return [];
    const calls = readFileSync(this.#record(name), "utf8").split("\n\n").slice(0, -1);
    return calls.map((call) => call.split("\n").filter(Boolean));
  }

  #record(name: string): string {
    return join(this.folder, `${name}.calls`);
  }
}
