import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { whyNoDevice } from "../../src/engine/device-absence.js";
import { chooseLibraries } from "../../src/engine/libraries.js";
import type { LibraryVariant } from "../../src/engine/library-findings.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tacho-absence-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function compile(name: string, text: string, ...options: string[]): void {
  const args = ["-shared", "-fPIC", "-x", "c", "-", `-L${folder}`, "-Wl,--no-as-needed", ...options];
  const { status, stderr } = spawnSync(
    "cc",
    [...args, `-Wl,-soname,${name}`, "-o", path.join(folder, name)],
    {
      input: text,
      encoding: "utf8",
    },
  );
  if (status !== 0) throw new Error(`Expected ${name} to compile but received: ${stderr}`);
}

/** A back end that needs `libraries`, which lie beside it. */
function backend(variant: LibraryVariant, ...libraries: string[]): void {
  for (const library of libraries) compile(library, "");
  const linked = libraries.map((library) => `-l:${library}`);
  compile(`libggml-${variant}.so`, "", "-Wl,-rpath,$ORIGIN", ...linked);
}

function remove(...libraries: string[]): void {
  for (const library of libraries) rmSync(path.join(folder, library));
}

const why = (variant: LibraryVariant = "cuda", problem = "") =>
  whyNoDevice({ variant, directory: folder }, problem);

describe("why a back end found no device", () => {
  test.each<[LibraryVariant, string, RegExp]>([
    ["cuda", "libcudart.so.99", /^the library libcudart\.so\.99 is missing: install CUDA 99 .*build:cuda$/],
    ["cuda", "libcublasLt.so.99", /^the library libcublasLt\.so\.99 is missing: install CUDA 99 /],
    ["cuda", "libcuda.so.99", /^the library libcuda\.so\.99 is missing: install the NVIDIA driver,/],
    [
      "vulkan",
      "libvulkan.so.99",
      /^the library libvulkan\.so\.99 is missing: on Debian: apt-get install libvulkan1$/,
    ],
    ["cuda", "libother.so.99", /^the library libother\.so\.99 is missing$/],
  ])("%s without %s", (variant, library, words) => {
    backend(variant, library);
    remove(library);
    expect(why(variant)).toMatch(words);
  });

  test("several libraries are missing: what is mended together is told together", () => {
    backend("cuda", "libcudart.so.99", "libcuda.so.99", "libcublas.so.99");
    remove("libcudart.so.99", "libcuda.so.99", "libcublas.so.99");
    expect(why()).toMatch(
      /^the libraries libcudart\.so\.99, libcublas\.so\.99 are missing: install CUDA 99 [^;]*; the library libcuda\.so\.99 is missing: [^;]*$/,
    );
  });

  test("a library that another one needs is missing", () => {
    compile("libcublasLt.so.99", "");
    compile("libcublas.so.99", "", "-l:libcublasLt.so.99");
    compile("libggml-cuda.so", "", "-Wl,-rpath,$ORIGIN", "-l:libcublas.so.99");
    remove("libcublasLt.so.99");
    expect(why()).toMatch(/^the library libcublasLt\.so\.99 is missing: /);
  });

  test("llama.cpp's own libraries, which are loaded before, are no matter", () => {
    backend("cuda", "libggml-base.so", "libcuda.so.99");
    remove("libggml-base.so", "libcuda.so.99");
    expect(why()).toMatch(/^the library libcuda\.so\.99 is missing: [^;]*$/);
  });

  test("the back end itself is missing", () => {
    expect(why()).toMatch(/^the library libggml-cuda\.so is missing: the installation is incomplete;/);
  });

  test("the library is damaged", () => {
    writeFileSync(path.join(folder, "libggml-cuda.so"), "half a libra");
    expect(why()).toMatch(/libggml-cuda\.so: (file too short|invalid ELF header)$/);
  });

  test("CUDA does not start: in its own words, and with what mends an old driver", () => {
    backend("cuda", "libcudart.so.99");
    expect(why("cuda", "failed to initialize CUDA: no CUDA-capable device is detected")).toBe(
      "no CUDA device was found: failed to initialize CUDA: no CUDA-capable device is detected",
    );
    expect(why("cuda", "CUDA driver version is insufficient for CUDA runtime version")).toMatch(
      /runtime version; update the driver, or build with an older toolkit: npm run build:cuda$/,
    );
  });

  test("there is none", () => {
    backend("cuda", "libcudart.so.99");
    expect(why()).toBe("no CUDA device was found");
  });

  /** Loads the prebuilt libraries for the CPU with a CUDA back end that starts so. Needs the built dist/ and engine.node. */
  async function loaded(start: string) {
    const { directory } = await chooseLibraries("off");
    for (const name of readdirSync(directory).filter((one) => one.endsWith(".so")))
      symlinkSync(path.join(directory, name), path.join(folder, name));
    const text = `
      void ggml_log_internal(int level, const char * format, ...);
      void ggml_abort(const char * file, int line, const char * format, ...);
      void * ggml_backend_init(void) { ${start} return 0; }`;
    compile("libggml-cuda.so", text, "-Wl,-rpath,$ORIGIN", "-l:libggml-base.so");
    const args = ["test/engine/programs/absence.mjs", folder];
    return spawnSync(process.execPath, args, { encoding: "utf8" });
  }

  test("llama.cpp's own words of it come with the devices", async () => {
    const { status, stdout } = await loaded(
      'ggml_log_internal(4, "ggml_cuda_init: failed: %s\\n", "all is lost");',
    );
    expect([status, stdout]).toEqual([0, "cpu; no CUDA device was found: failed: all is lost\n"]);
  });

  test("what llama.cpp said before it ends the process is on standard error", async () => {
    const { signal, stderr } = await loaded(
      'ggml_log_internal(4, "CUDA error: %s\\n", "out of memory"); ggml_abort("a.cu", 7, "CUDA error");',
    );
    expect(signal).toBe("SIGABRT");
    expect(stderr).toBe("llama.cpp gave up: CUDA error: out of memory; a.cu:7: CUDA error\n");
  });
});
