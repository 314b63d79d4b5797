import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { neededLibraries } from "../../src/engine/needed-libraries.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-needed-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function compiled(name: string, ...options: string[]): string {
  const library = join(folder, name);
  writeFileSync(join(folder, "empty.c"), "int something = 1;\n");
  const args = [
    "-shared",
    "-fPIC",
    join(folder, "empty.c"),
    "-o",
    library,
    `-Wl,-soname,${name}`,
    ...options,
  ];
  const { status, stderr } = spawnSync("cc", args, { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return library;
}

it("reads the names that a library is linked with, in their order", () => {
  const first = compiled("libfirst.so.13", "-nostdlib");
  const second = compiled("libsecond.so.1", "-nostdlib");
  expect(neededLibraries(compiled("libboth.so", "-nostdlib", "-Wl,--no-as-needed", second, first))).toEqual([
    "libsecond.so.1",
    "libfirst.so.13",
  ]);
  expect(neededLibraries(first)).toEqual([]);
});

it("reads none from what is no such file", () => {
  for (const text of ["", "#!/bin/sh\n", `\x7fELF\x01${"x".repeat(100)}`]) {
    writeFileSync(join(folder, "text"), text);
    expect(neededLibraries(join(folder, "text"))).toEqual([]);
  }
});
