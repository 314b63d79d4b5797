import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { builtLibraries } from "../../src/engine/built-libraries.js";
import { chooseLibraries, LibraryError } from "../../src/engine/libraries.js";

const PLATFORM = `${process.platform}-${process.arch}`;
const MANIFEST = { release: "v1", toolkit: "12.8.93", architectures: ["80", "90"], platform: PLATFORM };

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tacho-libraries-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function built(manifest: object | string | null) {
  const directory = path.join(folder, "cuda");
  mkdirSync(directory);
  const text = typeof manifest === "string" ? manifest : JSON.stringify(manifest);
  if (manifest !== null) writeFileSync(path.join(directory, "build.json"), text);
  return builtLibraries(directory, "v1");
}

const there = (gpus: Record<string, string>) => () => Promise.resolve(gpus);

describe("libraries that were built here", () => {
  test("are used by --gpu cuda and auto, and say for what they were built", async () => {
    const current = built(MANIFEST);
    const wanted = { variant: "cuda", directory: path.join(folder, "cuda"), builtFor: ["80", "90"] };
    expect(await chooseLibraries("cuda", current)).toEqual({ ...wanted, notice: null });
    expect(await chooseLibraries("auto", current)).toEqual({ ...wanted, notice: null });
  });

  test.each([
    ["hold machine code for", { a: "8.9", b: "8.6" }],
    ["hold PTX for", { a: "10.0" }],
    ["cannot be compared with", {}],
  ])("are used with GPUs that they %s", async (_, gpus) => {
    const { directory } = await chooseLibraries("cuda", built(MANIFEST), there(gpus));
    expect(directory).toBe(path.join(folder, "cuda"));
  });

  const NO_CODE = "built for 80, 90, hold no code for a GPU of compute capability 7.5";
  const REMEDY = "run npm run build:cuda on this machine, or name its GPUs' architectures too (docs/gpu.md)";

  test("are refused to --gpu cuda where a GPU could run nothing of them", async () => {
    vi.stubEnv("CUDA_VISIBLE_DEVICES", undefined);
    const gpus = there({ a: "9.0", b: "7.5", c: "7.5" });
    const refusal = chooseLibraries("cuda", built(MANIFEST), gpus);
    await expect(refusal).rejects.toThrow(LibraryError);
    await expect(refusal).rejects.toThrow(
      `the libraries in ${path.join(folder, "cuda")}, ${NO_CODE}; ${REMEDY}`,
    );
  });

  test("give way to the prebuilt ones then, with a word, for --gpu auto", async () => {
    const { directory, builtFor, notice } = await chooseLibraries(
      "auto",
      built(MANIFEST),
      there({ a: "7.5" }),
    );
    expect(directory).not.toContain(folder);
    expect(builtFor).toBeNull();
    expect(notice).toEqual({
      found: `the libraries in ${path.join(folder, "cuda")}, ${NO_CODE}: others are used`,
      remedy: REMEDY,
    });
  });

  test("are used where CUDA_VISIBLE_DEVICES may hide the GPU that could run nothing, if there is another", async () => {
    vi.stubEnv("CUDA_VISIBLE_DEVICES", "0");
    const current = built(MANIFEST);
    const { builtFor } = await chooseLibraries("cuda", current, there({ a: "9.0", b: "7.5" }));
    expect(builtFor).toEqual(["80", "90"]);
    await expect(chooseLibraries("cuda", current, there({ b: "7.5" }))).rejects.toThrow(LibraryError);
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
