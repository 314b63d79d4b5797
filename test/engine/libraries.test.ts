import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { builtLibraries } from "../../src/engine/built-libraries.js";
import { chooseLibraries } from "../../src/engine/libraries.js";

const PLATFORM = `${process.platform}-${process.arch}`;
const MANIFEST = { release: "v1", toolkit: "12.8.93", architectures: ["80", "90"], platform: PLATFORM };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tacho-libraries-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function built(manifest: object | string | null) {
  const directory = path.join(folder, "cuda");
  mkdirSync(directory);
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  if (manifest !== null) writeFileSync(path.join(directory, "build.json"), text);
  return builtLibraries(directory, "v1");
}

describe("libraries that were built here", () => {
  test("are used by --gpu cuda and auto, and say for what they were built", async () => {
    const current = built(MANIFEST);
    const wanted = { variant: "cuda", directory: path.join(folder, "cuda"), builtFor: ["80", "90"] };
    expect(await chooseLibraries("cuda", current)).toEqual({ ...wanted, notice: null });
    expect(await chooseLibraries("auto", current)).toEqual({ ...wanted, notice: null });
  });

  test("are not asked for the CPU", async () => {
    expect(await chooseLibraries("off", built(MANIFEST))).toMatchObject({ variant: "cpu", builtFor: null });
  });

  test("are no matter where there are none", async () => {
    const absent = builtLibraries(path.join(folder, "cuda"), "v1");
    expect(absent).toEqual({ state: "absent" });
    expect(await chooseLibraries("cuda", absent)).toMatchObject({ builtFor: null, notice: null });
  });

  test.each([
    [{ ...MANIFEST, release: "v0" }, "are of llama.cpp v0, not v1"],
    [{ ...MANIFEST, platform: "linux-mips" }, `are for linux-mips, not ${PLATFORM}`],
    [{ ...MANIFEST, architectures: "90" }, "do not say what they are"],
    ['{"release": "v1"', "do not say what they are"],
    [null, "do not say what they are"],
  ])("are left for the prebuilt ones with a word where they do not fit: %j", async (manifest, what) => {
    const libraries = await chooseLibraries("cuda", built(manifest));
    expect(libraries.directory).not.toContain(folder);
    expect(libraries.builtFor).toBeNull();
    expect(libraries.notice).toEqual({
      found: `the libraries in ${path.join(folder, "cuda")} ${what}: the prebuilt ones are used`,
      remedy: "run npm run build:cuda again, or remove that folder",
    });
  });

  test.each([
    ["auto", true],
    ["vulkan", false],
    ["off", false],
  ] as const)("give notice that they are stale to --gpu %s: %s, whatever is chosen", async (gpu, isTold) => {
    const { notice } = await chooseLibraries(gpu, built(null));
    expect(notice !== null).toBe(isTold);
  });

  test("are compared with the release that node-llama-cpp brings", () => {
    mkdirSync(path.join(folder, "cuda"));
    writeFileSync(path.join(folder, "cuda/build.json"), JSON.stringify(MANIFEST));
    expect(builtLibraries(path.join(folder, "cuda"))).toMatchObject({
      notice: { found: expect.stringMatching(/of llama\.cpp v1, not v\d+\.\d+\.\d+:/) as unknown },
    });
  });
});
