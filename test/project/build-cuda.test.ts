import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { BuildStand, LIBRARIES, RELEASE, type Outcome } from "./build-stand.js";

let stand: BuildStand;
beforeEach(() => {
  stand = new BuildStand();
});
afterEach(() => stand.end());

const builds = () => stand.programs.calls("cmake").filter(([first]) => first === "--build");
const configured = () => stand.programs.calls("cmake").findLast(([first]) => first === "-S")!;

function succeeded(outcome: Outcome): void {
  expect(outcome.stderr).not.toContain("Expected");
  expect(outcome.status).toBe(0);
}

/** What a half-done build must never leave. */
const leftovers = () =>
  ["cuda.unfinished", "cuda.replaced", "setup.lock"].filter((name) =>
    existsSync(join(stand.folder, "build", name)),
  );

describe("npm run build:cuda", () => {
  test("builds for this machine's GPUs, each architecture once, with the toolkit on the PATH", () => {
    mkdirSync(join(stand.folder, "cuda/lib64"), { recursive: true });
    stand.putDriver("12.4", ["NVIDIA H200, 9.0", "NVIDIA RTX PRO, special, 12.0", "NVIDIA H200, 9.0"]);
    const { status, stderr } = stand.run("--jobs", "3");
    expect(stderr).toContain("build/cuda holds llama.cpp v0.5.0 for 90, 120");
    expect(status).toBe(0);
    const wanted = {
      GGML_CUDA: "ON",
      CMAKE_CUDA_COMPILER: join(stand.programs.path, "nvcc"),
      CUDAToolkit_ROOT: join(stand.folder, "cuda"),
      CMAKE_CUDA_ARCHITECTURES: "90;120",
      CMAKE_INSTALL_RPATH: `$ORIGIN;${join(stand.folder, "cuda/lib64")}`,
      BUILD_SHARED_LIBS: "ON",
      GGML_BACKEND_DL: "ON",
      GGML_NATIVE: "OFF",
      CMAKE_PLATFORM_NO_VERSIONED_SONAME: "ON",
      LLAMA_BUILD_SERVER: "OFF",
      LLAMA_BUILD_TESTS: "OFF",
      LLAMA_BUILD_EXAMPLES: "OFF",
      LLAMA_OPENSSL: "OFF",
      TACHO_VARIANT: `cuda.built.${RELEASE}`,
    };
    const options = Object.entries(wanted).map(([name, value]) => `-D${name}=${value}`);
    expect(configured()).toEqual(expect.arrayContaining(options));
    expect(builds()).toEqual([
      ["--build", "build/llama-cuda/objects", "--target", "llama-common", "--parallel", "3"],
    ]);
  });

  test("leaves the folder that the server looks for, with what it was made from, and nothing else", () => {
    succeeded(stand.run());
    expect(stand.built("cuda")).toEqual(["build.json", ...LIBRARIES].sort());
    expect(stand.manifest()).toEqual({
      ...{ backend: "cuda", release: RELEASE, toolkit: "12.8.93", architectures: ["90"] },
      platform: `${process.platform}-${process.arch}`,
      options: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown,
      date: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as unknown,
    });
    expect(stand.built("llama-cuda")).toBeNull();
    expect(leftovers()).toEqual([]);
  });

  test("needs no GPU where the architectures are named", () => {
    rmSync(join(stand.programs.path, "nvidia-smi"));
    succeeded(stand.run("--architectures", "80;86;89;90;100;120"));
    expect(configured()).toContain("-DCMAKE_CUDA_ARCHITECTURES=80;86;89;90;100;120");
    expect(stand.manifest()["architectures"]).toEqual(["80", "86", "89", "90", "100", "120"]);
  });

  test("does nothing where the same was built, and builds again for other architectures, toolkits, releases and options", () => {
    succeeded(stand.run());
    expect(stand.run().stderr).toBe("build/cuda is up to date: llama.cpp v0.5.0 for 90\n");
    expect(builds()).toHaveLength(1);
    succeeded(stand.run("--architectures", "80"));
    expect(stand.manifest()["architectures"]).toEqual(["80"]);
    stand.putToolkit("12.9.41", [80, 90]);
    succeeded(stand.run("--architectures", "80"));
    expect(stand.manifest()["toolkit"]).toBe("12.9.41");
    const release = join(stand.folder, "node_modules/node-llama-cpp/llama/binariesGithubRelease.json");
    writeFileSync(release, JSON.stringify({ release: "v0.6.0" }));
    stand.putCmake(LIBRARIES.map((name) => name.replace(RELEASE, "v0.6.0")));
    succeeded(stand.run("--architectures", "80"));
    expect(stand.manifest()["release"]).toBe("v0.6.0");
    expect(builds()).toHaveLength(4);
    const options = join(stand.folder, "scripts/cuda/cmake-options.mjs");
    writeFileSync(options, readFileSync(options, "utf8").replace('GGML_OPENMP: "OFF"', 'GGML_OPENMP: "ON"'));
    succeeded(stand.run("--architectures", "80"));
    expect(builds()).toHaveLength(5);
    expect(leftovers()).toEqual([]);
  });

  test("takes the compiler that CUDACXX names, by its path or its name", () => {
    const { path } = stand.programs;
    renameSync(join(path, "nvcc"), join(path, "nvcc-12"));
    for (const name of ["nvcc-12", join(path, "nvcc-12")]) {
      stand.environment["CUDACXX"] = name;
      succeeded(stand.run());
      expect(configured()).toContain(`-DCMAKE_CUDA_COMPILER=${join(path, "nvcc-12")}`);
    }
  });

  test("tells how far it is, as make does", async () => {
    const { buildProgress } = await scriptModule<{ buildProgress: (log: string) => string }>(
      "build-progress",
    );
    const log = join(stand.folder, "a.log");
    expect(buildProgress(log)).toBe("");
    writeFileSync(log, "-- Configuring done\n");
    expect(buildProgress(log)).toBe("");
    writeFileSync(log, `[  1%] Building a\n${"x".repeat(10_000)}\n[ 42%] Building b\nwarning: 100% unused\n`);
    expect(buildProgress(log)).toBe("42 %");
    writeFileSync(log, "[9/12] Building a\n[10/12] Building b\n");
    expect(buildProgress(log)).toBe("83 %");
  });

  test("builds without CUDA where it is to be tried, into a folder that no server looks at", () => {
    rmSync(join(stand.programs.path, "nvcc"));
    rmSync(join(stand.programs.path, "nvidia-smi"));
    const libraries = LIBRARIES.filter((name) => name !== "libggml-cuda.so");
    stand.putCmake(libraries.map((name) => name.replace("cuda", "cpu")));
    succeeded(stand.run("--backend", "cpu"));
    expect(configured()).toContain("-DGGML_CUDA=OFF");
    expect(configured()).toContain("-DCMAKE_INSTALL_RPATH=$ORIGIN");
    expect(stand.manifest("cpu")).toMatchObject({ backend: "cpu", toolkit: null, architectures: [] });
    expect(stand.built("cuda")).toBeNull();
  });
});

describe("a build that does not come to its end", () => {
  const old = () => {
    succeeded(stand.run("--architectures", "80"));
    return stand.manifest();
  };

  test("leaves the last one in place, says the compiler's last words and goes on from there", () => {
    const before = old();
    stand.putCmake(LIBRARIES, "echo nvcc fatal: out of patience; exit 2");
    const { status, stderr } = stand.run();
    expect(stderr).toMatch(
      /nvcc fatal: out of patience\n\nexit code 2; the whole log: build\/logs\/llama-build\.log/,
    );
    expect(status).toBe(1);
    expect(stand.manifest()).toEqual(before);
    const unpacked = () => stand.programs.calls("git").filter(([first]) => first === "clone").length;
    expect(unpacked()).toBe(2);
    stand.putCmake(LIBRARIES);
    succeeded(stand.run());
    expect(unpacked()).toBe(2);
    expect(stand.manifest()["architectures"]).toEqual(["90"]);
  });

  test.each(LIBRARIES.filter((name) => !/cpu/.test(name)))("is none without %s", (library) => {
    const before = old();
    stand.putCmake(LIBRARIES.filter((name) => name !== library));
    const { status, stderr } = stand.run();
    expect(stderr).toContain(`Expected the build to make ${library} in build/llama-cuda/objects/bin`);
    expect(status).toBe(1);
    expect(stand.manifest()).toEqual(before);
  });

  test("never puts a part of the new libraries beside the last ones", () => {
    const before = old();
    // The last of them, by name, cannot be copied.
    stand.putCmake(
      LIBRARIES.map((name) => name.replace("libggml-cpu-", "libggml-cpu-new-")),
      '/bin/mkdir -p "$2/bin/libz.so"',
    );
    expect(stand.run().status).not.toBe(0);
    expect(stand.manifest()).toEqual(before);
    expect(stand.built("cuda")).toEqual(["build.json", ...LIBRARIES].sort());
    stand.putCmake(LIBRARIES, '/bin/rm -rf "$2/bin"');
    succeeded(stand.run());
    expect(leftovers()).toEqual([]);
  });

  test("is put back by the next run where one was killed between taking it away and bringing the new one", () => {
    const before = old();
    const killer = join(stand.folder, "killer.mjs");
    writeFileSync(
      killer,
      `import fs from "node:fs"; import { syncBuiltinESMExports } from "node:module";
      const { renameSync } = fs;
      fs.renameSync = (from, to) => { renameSync(from, to); if (from === "build/cuda") process.kill(process.pid, "SIGKILL"); };
      syncBuiltinESMExports();`,
    );
    stand.environment["NODE_OPTIONS"] = `--import=${killer}`;
    expect(stand.run().status).toBeNull();
    expect(stand.built("cuda")).toBeNull();
    delete stand.environment["NODE_OPTIONS"];
    stand.putCmake(LIBRARIES, "exit 2");
    expect(stand.run().status).toBe(1);
    expect(stand.manifest()).toEqual(before);
    stand.putCmake(LIBRARIES);
    succeeded(stand.run());
    expect(stand.manifest()["architectures"]).toEqual(["90"]);
    expect(leftovers()).toEqual([]);
  });

  /** Writes its process's number, and goes on for ever. */
  const endless = (pid: string) => `echo $$ > '${pid}'; while :; do /bin/sleep 0.01; done`;

  async function hasEndedAll(ended: Promise<unknown[]>, pid: string, before: object): Promise<void> {
    expect(await ended).toEqual([130, null]);
    const process = `/proc/${readFileSync(pid, "utf8").trim()}/cmdline`;
    await vi.waitFor(() => expect(existsSync(process) && readFileSync(process, "utf8")).toBeFalsy(), {
      timeout: 10_000,
    });
    expect(stand.manifest()).toEqual(before);
    expect(leftovers()).toEqual([]);
  }

  test("ends with its compilers at Ctrl-C, and leaves the last one in place", async () => {
    const before = old();
    const pid = join(stand.folder, "pid");
    stand.putCmake(LIBRARIES, endless(pid));
    const { child, ended } = stand.start();
    await vi.waitFor(() => expect(readFileSync(pid, "utf8")).toMatch(/\d\n/), {
      timeout: 10_000,
      interval: 5,
    });
    child.kill("SIGINT");
    await hasEndedAll(ended, pid, before);
  });

  test("ends with them also where that comes while they are being started", async () => {
    const before = old();
    const pid = join(stand.folder, "pid");
    stand.putCmake(LIBRARIES, endless(pid));
    const interrupter = join(stand.folder, "interrupter.mjs");
    writeFileSync(
      interrupter,
      `import fs from "node:fs"; import processes from "node:child_process"; import { syncBuiltinESMExports } from "node:module";
      const { spawn } = processes;
      processes.spawn = (program, args, options) => {
        const child = spawn(program, args, options);
        if (args.includes("--build")) {
          while (!fs.existsSync(${JSON.stringify(pid)}) || !fs.readFileSync(${JSON.stringify(pid)}, "utf8").endsWith("\\n"));
          process.kill(process.pid, "SIGINT");
        }
        return child;
      };
      syncBuiltinESMExports();`,
    );
    stand.environment["NODE_OPTIONS"] = `--import=${interrupter}`;
    await hasEndedAll(stand.start().ended, pid, before);
  });
});

/** How each of the table's problems comes about, and what is said of it. */
const PROVOKED: Record<string, { arrange?: () => void; args?: string[]; says: RegExp }[]> = {
  usage: [
    { args: ["--fast"], says: /only the options below, but received --fast\.\nusage: / },
    { args: ["--jobs", "0"], says: /at least 1 for --jobs, but received '0'/ },
    { args: ["--backend", "rocm"], says: /cuda or cpu for --backend, but received 'rocm'/ },
  ],
  "no-release": [
    {
      arrange: () => rmSync(join(stand.folder, "node_modules"), { recursive: true }),
      says: /binariesGithubRelease\.json was not found\.\nRun: npm ci/,
    },
  ],
  "no-toolkit": [
    {
      arrange: () => rmSync(join(stand.programs.path, "nvcc")),
      says: /nvcc was not found as `nvcc` or .*\/cuda\/bin\/nvcc\.\nInstall it from https:/,
    },
    {
      arrange: () => Object.assign(stand.environment, { CUDACXX: "/nowhere/nvcc" }),
      says: /not found as CUDACXX=\/nowhere\/nvcc/,
    },
    {
      arrange: () => Object.assign(stand.environment, { CUDACXX: "nvcc-11" }),
      says: /not found as CUDACXX=nvcc-11/,
    },
  ],
  "bad-toolkit": [
    {
      arrange: () => stand.programs.put("nvcc", "echo no licence >&2; exit 7"),
      says: /exited with code 7: no licence/,
    },
    { arrange: () => stand.programs.put("nvcc", "echo '%$!'"), says: /answered --version with "%\$!\\n"/ },
  ],
  "old-toolkit": [
    {
      arrange: () => stand.putToolkit("10.2.89", [75]),
      says: /toolkit 11\.1 or newer for llama\.cpp, but nvcc is of 10\.2\.89/,
    },
  ],
  "architecture-too-new": [
    {
      arrange: () => stand.putToolkit("12.4.99", [80, 90]),
      args: ["--architectures", "80;120"],
      says: /compiles for architecture 120 \(12\.8 or newer\), but nvcc is of 12\.4\.99/,
    },
    {
      args: ["--architectures", "200"],
      says: /compiles for architecture 200, but nvcc/,
    },
  ],
  "architecture-too-old": [
    {
      arrange: () => stand.putToolkit("13.0.88", [75, 80]),
      args: ["--architectures", "61"],
      says: /still compiles for architecture 61 \(before 13\.0\), but nvcc is of 13\.0\.88/,
    },
  ],
  "unknown-architecture": [
    { args: ["--architectures", "90;sm_80"], says: /\(50, .*121\), but --architectures holds 'sm_80'/ },
    { args: ["--architectures", "9.0"], says: /holds '9\.0'/ },
    { args: ["--architectures", "95"], says: /holds '95'/ },
    { args: ["--architectures", " ;"], says: /holds ' ;'/ },
  ],
  "no-gpu": [
    {
      arrange: () => rmSync(join(stand.programs.path, "nvidia-smi")),
      says: /but nvidia-smi was not found\.\n.*--architectures "80;90"/,
    },
    { arrange: () => stand.putDriver("12.8", []), says: /but nvidia-smi lists none/ },
    {
      arrange: () => stand.programs.put("nvidia-smi", "echo 'no driver here'; exit 9"),
      says: /but nvidia-smi exited with code 9: no driver here/,
    },
    {
      arrange: () => stand.programs.put("nvidia-smi", "kill -ABRT $$"),
      says: /but nvidia-smi was ended by SIGABRT/,
    },
    {
      arrange: () => stand.putDriver("12.8", ["Tesla, [N/A]"]),
      says: /no compute capability in 'Tesla, \[N\/A\]'/,
    },
  ],
  "old-driver": [
    {
      arrange: () => stand.putDriver("11.8", ["NVIDIA H200, 9.0"]),
      says: /a driver for CUDA 12, but the installed one serves CUDA 11\.8 at most, and nvcc is of 12\.8\.93/,
    },
  ],
  "nothing-built": [
    {
      arrange: () => stand.putCmake([]),
      says: /to make libllama-common\.so in build\/llama-cuda\/objects\/bin/,
    },
  ],
};

describe("what is missing is named, with its remedy:", () => {
  const cases = Object.entries(PROVOKED).flatMap(([code, all]) => all.map((one) => ({ code, ...one })));

  test.each(cases)("$code: $says", ({ arrange, args, says }) => {
    arrange?.();
    const { status, stderr } = stand.run(...(args ?? []));
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^ +at /m);
    expect(status).toBe(1);
    expect(stand.built("cuda")).toBeNull();
  });

  test("all of the table", async () => {
    const { PROBLEMS } = await scriptModule<{ PROBLEMS: object }>("problems");
    expect(Object.keys(PROVOKED)).toEqual(Object.keys(PROBLEMS));
  });

  test("the tools of every build, each with its package", () => {
    for (const tool of ["cmake", "g++", "git"]) rmSync(join(stand.programs.path, tool));
    const { stderr } = stand.run();
    const packages = Array.from(
      stderr.matchAll(/^Expected .* not found\. On Debian: apt-get install (.*)$/gm),
    );
    expect(packages.map(([, name]) => name).sort()).toEqual(["cmake", "g++", "git"]);
  });

  test("a program that never answers", async () => {
    const { probe } = await scriptModule<{ probe: (...args: unknown[]) => unknown }>("probe");
    stand.programs.put("nvcc", "while :; do :; done");
    const answer = probe(join(stand.programs.path, "nvcc"), ["--version"], 100);
    expect(answer).toEqual({ missing: false, what: "did not answer within 0.1 s" });
  });
});

test("an older driver of the toolkit's major version is none to complain of, nor one that tells no version", () => {
  stand.putDriver("12.0", ["NVIDIA H200, 9.0"]);
  succeeded(stand.run());
  stand.putDriver("N/A", ["NVIDIA H200, 9.0"]);
  succeeded(stand.run());
});

async function scriptModule<T>(name: string): Promise<T> {
  return (await import(pathToFileURL(resolve(`scripts/cuda/${name}.mjs`)).href)) as T;
}
