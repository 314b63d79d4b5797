import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import type { LibraryChoice, LibraryFindings, LibraryQuestion } from "../../src/engine/library-findings.js";
import { probe } from "../../src/server/doctor/probe.js";

/** Needs the built dist/: a process cannot run TypeScript. */
const PROBE = pathToFileURL(resolve("dist/engine/library-probe.js"));

const ask = <T>(question: LibraryQuestion) => probe<T>(PROBE, question);

describe("the probe of libraries", () => {
  it("finds what is installed, and reads what GPU back ends are linked with", async () => {
    const found = await ask<LibraryFindings>({ kind: "find" });
    if (!("value" in found)) throw new Error(found.problem);
    const { directories, backEnds } = found.value;
    expect(existsSync(join(directories.cpu!, "libllama-common.so"))).toBe(true);
    for (const { variant, file, libraries } of backEnds) {
      expect(file).toContain(`libggml-${variant}.so`);
      expect(existsSync(file)).toBe(true);
      expect(libraries).toContain(variant === "cuda" ? "libcuda.so.1" : "libvulkan.so.1");
      expect(libraries.join()).not.toMatch(/libggml|libllama|libc\.so/);
    }
    const used = backEnds.some(({ file }) => file.startsWith(`${directories.cuda}/`));
    expect(used).toBe(directories.cuda !== null);
  });

  it("chooses, and loads what it chose", async () => {
    const chosen = await ask<LibraryChoice>({ kind: "choose", gpu: "off" });
    if (!("value" in chosen)) throw new Error(chosen.problem);
    const { directory, variant } = chosen.value;
    expect(variant).toBe("cpu");
    expect(await ask({ kind: "load", directory })).toMatchObject({
      value: { devices: [{ backend: "cpu" }] },
    });
  });
});
