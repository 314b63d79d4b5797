import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { whyNoDevice } from "../../src/engine/device-absence.js";
import type { LibraryVariant } from "../../src/engine/library-findings.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tacho-absence-"));
  vi.stubEnv("PATH", `${folder}:${process.env["PATH"]}`);
});
afterEach(() => {
  vi.unstubAllEnvs();
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

function nvidiaSmi(script: string): void {
  writeFileSync(path.join(folder, "nvidia-smi"), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(folder, "nvidia-smi"), 0o755);
}

const why = (variant: LibraryVariant = "cuda") => whyNoDevice({ variant, directory: folder });

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

  test("the driver is older than the CUDA it was linked to", () => {
    backend("cuda", "libcudart.so.99");
    nvidiaSmi("echo 'CUDA Version                              : 12.4'");
    expect(why()).toMatch(
      /^the NVIDIA driver serves CUDA 12\.4 at most, and the libraries need CUDA 99: update/,
    );
  });

  test("there is none", () => {
    backend("cuda", "libcudart.so.99");
    nvidiaSmi("echo 'CUDA Version                              : 99.1'");
    expect(why()).toBe("no CUDA device was found");
    nvidiaSmi("echo garbage");
    expect(why()).toBe("no CUDA device was found");
  });

  test("the driver does not answer", () => {
    compile("libggml-cuda.so", "");
    nvidiaSmi("echo 'Failed to initialize NVML'; exit 255");
    expect(why()).toBe('no CUDA device was found: nvidia-smi says "Failed to initialize NVML"');
  });
});
