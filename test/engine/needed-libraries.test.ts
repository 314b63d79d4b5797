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

/** A file whose texts lie at another place than they will in memory. */
function moved(): Buffer {
  const [strings, dynamic, address] = [0x200, 0x100, 0x5000];
  const file = Buffer.alloc(0x300);
  file.write("\x7fELF\x02\x01", "latin1");
  file.writeBigUInt64LE(64n, 32);
  file.writeUInt16LE(2, 56);
  const word = (at: number, value: number) => file.writeBigUInt64LE(BigInt(value), at);
  const segment = (at: number, type: number, values: [field: number, value: number][]) => {
    file.writeUInt32LE(type, at);
    for (const [field, value] of values) word(at + field, value);
  };
  segment(64, 1, [
    [8, strings],
    [16, address],
    [32, 0x100],
  ]);
  segment(120, 2, [
    [8, dynamic],
    [32, 48],
  ]);
  for (const [i, value] of [1, 1, 5, address, 10, 16].entries()) word(dynamic + 8 * i, value);
  file.write("\0libmoved.so\0", strings, "latin1");
  return file;
}

it("finds the texts where they lie in the file", () => {
  writeFileSync(join(folder, "moved"), moved());
  expect(neededLibraries(join(folder, "moved"))).toEqual(["libmoved.so"]);
});

it("reads none from what is no such file", () => {
  for (const text of ["", "#!/bin/sh\n", `\x7fELF\x01${"x".repeat(100)}`]) {
    writeFileSync(join(folder, "text"), text);
    expect(neededLibraries(join(folder, "text"))).toEqual([]);
  }
});
