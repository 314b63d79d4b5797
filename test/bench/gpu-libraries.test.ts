import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { benchModule, ROOT } from "./bench-module.js";

interface Library {
  file: string;
  place: string | null;
  isKnown?: boolean;
  folder?: string;
}
const { cudaLibraries, cudaMajor, loaderEnvironment } = (await benchModule("gpu/cuda-libraries.mjs")) as {
  cudaLibraries: (major: number, local: string) => Library[];
  cudaMajor: (said: { manifest?: object | null; nvcc?: string | null; driver?: string }) => number;
  loaderEnvironment: (libraries: Library[], given?: string) => Record<string, string>;
};

const FILES = ["libcublas.so.13", "libcublasLt.so.13", "libcudart.so.13"];

let place: string;
const at = (name: string) => path.join(place, name);
const find = () => cudaLibraries(13, at("local"));
const placesOf = (libraries: Library[]) => libraries.map((library) => library.place);

function put(folder: string, files = FILES): string {
  mkdirSync(at(folder), { recursive: true });
  for (const file of files) writeFileSync(path.join(at(folder), file), "");
  return at(folder);
}

function program(name: string, body: string): void {
  mkdirSync(at("bin"), { recursive: true });
  writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${body}\n`);
  chmodSync(at(`bin/${name}`), 0o755);
}

/** A machine without CUDA. */
beforeEach(() => {
  place = mkdtempSync(path.join(tmpdir(), "tacho-cuda-libraries-"));
  program("ldconfig", "echo '1 libs found in cache'");
  program("python3", `echo; echo ${at("site")}`);
  vi.stubEnv("PATH", at("bin"));
  for (const name of ["LD_LIBRARY_PATH", "CUDA_PATH"]) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(place, { recursive: true });
});

describe("CUDA's libraries", () => {
  test("are nowhere on a machine without CUDA, or with that of another version", () => {
    put("local/cuda/lib64", ["libcublas.so.12", "libcublas.so"]);
    expect(find()).toEqual(FILES.map((file) => ({ file, place: null })));
    expect(loaderEnvironment(find())).toEqual({});
  });

  test.each([
    ["/usr/local", "local/cuda-13.0/lib64"],
    ["CUDA_PATH", "toolkit/lib"],
    ["Python's packages", "site/nvidia/cu13/lib"],
  ])("are found in %s, which the loader is told of", (kind, folder) => {
    vi.stubEnv("CUDA_PATH", at("toolkit"));
    put(folder);
    expect(placesOf(find())).toEqual([kind, kind, kind]);
    expect(loaderEnvironment(find())).toEqual({ LD_LIBRARY_PATH: at(folder) });
    expect(loaderEnvironment(find(), "/mine")).toEqual({ LD_LIBRARY_PATH: `/mine:${at(folder)}` });
  });

  test("are found in the folders of several wheels, and beside a toolkit that has no cuBLAS", () => {
    put("site/nvidia/cublas/lib", FILES.slice(0, 2));
    put("local/cuda/lib64", FILES.slice(2));
    expect(placesOf(find())).toEqual(["Python's packages", "Python's packages", "/usr/local"]);
    const folders = [at("site/nvidia/cublas/lib"), at("local/cuda/lib64")];
    expect(loaderEnvironment(find())).toEqual({ LD_LIBRARY_PATH: folders.join(":") });
  });

  test.each(["ldconfig", "LD_LIBRARY_PATH"])("that %s knows need no word to the loader", (kind) => {
    const folder = put("known");
    if (kind === "LD_LIBRARY_PATH") vi.stubEnv(kind, `/none:${folder}`);
    else {
      const lines = FILES.map((file) => `\t${file} (libc6,x86-64) => ${folder}/${file}`);
      program("ldconfig", `printf '%s\\n' ${lines.map((line) => `'${line}'`).join(" ")}`);
    }
    expect(find().map(({ place, folder }) => [place, folder])).toEqual(FILES.map(() => [kind, folder]));
    expect(loaderEnvironment(find())).toEqual({});
  });
});

test("the version is the back end's that is there, else the compiler's, else the driver's", () => {
  const all = { manifest: { toolkit: "12.8.93" }, nvcc: "release 13.0, V13.0.88", driver: "14.1" };
  expect(cudaMajor(all)).toBe(12);
  expect(cudaMajor({ ...all, manifest: null })).toBe(13);
  expect(cudaMajor({ ...all, manifest: null, nvcc: null })).toBe(14);
});

describe("the slice `machine`", () => {
  const SMI = path.join(ROOT, "bench/gpu/dry-run/nvidia-smi.mjs");

  function machine(...flags: string[]) {
    program("nvidia-smi", `exec "${process.execPath}" "${SMI}" "$@"`);
    const args = [path.join(ROOT, "bench/gpu/machine.mjs"), "--results", place, ...flags];
    return spawnSync(process.execPath, args, { encoding: "utf8" });
  }

  test("asks for compilers, but not where nothing is left to compile", () => {
    const { status, stderr } = machine("--without-libraries");
    expect(stderr).toContain("Expected nvcc, cmake, make, c++ on the PATH, to build for the GPU.");
    expect(status).toBe(1);
    expect(machine("--without-libraries", "--without-compiler").status).toBe(0);
  });

  test("tells where CUDA's libraries are", () => {
    // Of whatever version the back end is that this repository happens to hold.
    for (const major of [11, 12, 13, 14])
      put(
        "site/nvidia/cu/lib",
        FILES.map((file) => file.replace("13", String(major))),
      );
    const { status, stdout } = machine("--without-compiler");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^libcublas\.so\.\d+: \//m);
    const { figures } = JSON.parse(readFileSync(at("machine.json"), "utf8")) as {
      figures: { libraries: Record<string, string> };
    };
    expect(Object.keys(figures.libraries)).toEqual(FILES.map(() => expect.stringMatching(/^lib/) as unknown));
    for (const found of Object.values(figures.libraries))
      expect(["ldconfig", "CUDA_PATH", "/usr/local", "Python's packages"]).toContain(found);
  });
});
