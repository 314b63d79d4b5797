import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

const SCRIPT = resolve("scripts/check-repository.mjs");

// Put together here, so that this file itself passes the check.
const HOME_PATH = ["", "home", "someone", "notes"].join("/");
const ONLY = ["describe", "only"].join(".");
const CONCURRENT_SKIP = ["test", "concurrent", "skip"].join(".");

describe("the repository check", () => {
  let folder = "";

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "tacho-repository-"));
    spawnSync("git", ["init", "--quiet", folder]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }

  function check(): { status: number | null; problems: string[] } {
    const { status, stdout } = spawnSync(process.execPath, [SCRIPT], { cwd: folder, encoding: "utf8" });
    return { status, problems: stdout.split("\n").filter((line) => line !== "") };
  }

  test("passes what the project may hold", () => {
    write("README.md", "See https://example.org/home/page and ./home/notes.\n");
    write("model.gguf", Buffer.alloc(12 * 2 ** 20));
    write("test/a.test.ts", `skip("needs a package"); test("only one", () => undefined);\n`);
    expect(check()).toEqual({ status: 0, problems: [] });
  });

  test.each([
    ["notes.md", `\nsee ${HOME_PATH}\n`, "notes.md:2: holds an absolute path of one machine"],
    [
      "package-lock.json",
      `{ "resolved": "https://registry.example/x.tgz" }`,
      "package-lock.json:1: holds a registry's address",
    ],
    ["test/a.test.ts", `${ONLY}("x")`, "test/a.test.ts:1: holds a test that is not always run"],
    ["test/b.test.ts", `${CONCURRENT_SKIP}("x")`, "test/b.test.ts:1: holds a test that is not always run"],
    ["big.bin", Buffer.alloc(12 * 2 ** 20 + 1), "big.bin: has 12582913 bytes, more than 12582912"],
  ])("finds the problem of %s", (path, content, problem) => {
    write(path, content);
    expect(check()).toEqual({ status: 1, problems: [problem] });
  });
});
