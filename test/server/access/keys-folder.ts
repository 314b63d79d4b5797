import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

/** A folder that lasts as long as the tests of one file. */
export class KeysFolder {
  readonly path = mkdtempSync(join(tmpdir(), "tacho-keys-"));
  #files = 0;

  constructor() {
    afterAll(() => {
      rmSync(this.path, { recursive: true });
    });
  }

  /** @returns Its path. */
  write(content: unknown): string {
    const path = join(this.path, `${++this.#files}.json`);
    writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
    return path;
  }
}
