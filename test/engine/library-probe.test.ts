import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LibraryFindings, LibraryQuestion } from "../../src/engine/messages.js";
import { probe } from "../../src/server/doctor/probe.js";

/** Needs the built dist/: a process cannot run TypeScript. */
const PROBE = pathToFileURL(resolve("dist/engine/library-probe.js"));

const ask = <T>(question: LibraryQuestion, limitMs?: number) => probe<T>(PROBE, question, limitMs);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-libraries-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A library that does this when it is loaded. */
function library(name: string, body: string): string {
  const [source, file] = [join(folder, `${name}.c`), join(folder, `${name}.so`)];
  const head =
    "#include <stdlib.h>\n#include <unistd.h>\n__attribute__((constructor)) static void loaded(void)";
  writeFileSync(source, `${head} { ${body} }\n`);
  const { status, stderr } = spawnSync("cc", ["-shared", "-fPIC", source, "-o", file], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return file;
}

describe("the probe of libraries", () => {
  it("finds what is installed, and reads what GPU back ends are linked with", async () => {
    const found = await ask<LibraryFindings>({ kind: "find" });
    if (!("value" in found)) throw new Error(found.problem);
    const { directories, backEnds } = found.value;
    expect(existsSync(join(directories.cpu!, "libllama-common.so"))).toBe(true);
    for (const { variant, file, needs } of backEnds) {
      expect(file).toContain(`libggml-${variant}.so`);
      expect(existsSync(file)).toBe(true);
      expect(needs).toContain("libc.so.6");
      expect(needs.join()).not.toMatch(/libggml|libllama/);
    }
    const used = backEnds.some(({ file }) => file.startsWith(`${directories.cuda}/`));
    expect(used).toBe(directories.cuda !== null);
  });

  it("chooses, and loads what it chose", async () => {
    expect(await ask({ kind: "choose", gpu: "off" })).toMatchObject({ value: { variant: "cpu" } });
    expect(await ask({ kind: "load", gpu: "off" })).toMatchObject({ value: [{ backend: "cpu" }] });
  });

  it("tells what the loader finds", async () => {
    const [fine, none] = [library("fine", ""), join(folder, "none.so")];
    expect(await ask({ kind: "dlopen", names: [fine, none] })).toEqual({
      value: { [fine]: null, [none]: expect.stringContaining("No such file") as string },
    });
  });

  it("ends alone in a library that crashes, and waits for none that hangs", async () => {
    const [crashes, hangs] = [library("crashes", "abort();"), library("hangs", "for (;;) pause();")];
    expect(await ask({ kind: "dlopen", names: [crashes] })).toEqual({
      problem: "was killed by SIGABRT",
      kind: "died",
    });
    expect(await ask({ kind: "dlopen", names: [hangs] }, 1500)).toMatchObject({ kind: "late" });
  });
});
