import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FakePrograms } from "./fake-programs.js";

export const RELEASE = "v0.5.0";

/** What a build of the sources leaves, as the names of the prebuilt folders go. */
export const LIBRARIES = [
  "libggml-base.so",
  "libggml-cpu-haswell.so",
  "libggml-cpu-x64.so",
  "libggml-cuda.so",
  `libggml.cuda.built.${RELEASE}.so`,
  "libllama-common.so",
  `libllama.cuda.built.${RELEASE}.so`,
];

export interface Outcome {
  status: number | null;
  stderr: string;
}

/**
 * A copy of what `npm run build:cuda` needs, in a folder of its own: scripts and node_modules alone, with sources of
 * one file for llama.cpp, and programs that stand for the machine's.
 */
export class BuildStand {
  readonly folder = mkdtempSync(join(tmpdir(), "tacho-build-cuda-"));
  readonly programs = new FakePrograms(this.folder);
  readonly environment: Record<string, string> = {
    PATH: this.programs.path,
    CUDA_PATH: join(this.folder, "cuda"),
  };

  readonly #started: { child: ChildProcess; ended: Promise<unknown[]> }[] = [];

  constructor() {
    cpSync("scripts", join(this.folder, "scripts"), { recursive: true });
    this.#putSources();
    this.putToolkit("12.8.93", [75, 80, 86, 89, 90, 100, 120]);
    this.putDriver("12.8", ["NVIDIA H200, 9.0"]);
    this.putCmake(LIBRARIES);
    this.programs.put("g++", 'echo "g++ (Debian) 12.2.0"');
    this.programs.put("make", 'echo "GNU Make 4.3"');
    this.programs.put("git", `exec ${whereIs("git")} "$@"`);
  }

  putToolkit(version: string, bases: number[]): void {
    const release = version.split(".").slice(0, 2).join(".");
    this.programs.put(
      "nvcc",
      `case "$1" in
        --version) echo "Cuda compilation tools, release ${release}, V${version}";;
        --list-gpu-arch) ${bases.map((base) => `echo compute_${base}`).join("; ")};;
        --dryrun) echo "#$ TOP=${this.environment["CUDA_PATH"]}" >&2;;
      esac`,
    );
  }

  /** @param gpus Lines as nvidia-smi writes them: name and compute capability. */
  putDriver(cuda: string, gpus: string[]): void {
    this.programs.put(
      "nvidia-smi",
      `if [ "$1" = -q ]; then echo "CUDA Version                              : ${cuda}"
      else ${gpus.map((gpu) => `echo "${gpu}"`).join("; ") || ":"}; fi`,
    );
  }

  /** @param whileBuilding What the build does before it leaves its libraries. */
  putCmake(libraries: string[], whileBuilding = ""): void {
    this.programs.put(
      "cmake",
      `case "$1" in
        --version) echo "cmake version 3.25.1";;
        --build) ${whileBuilding || ":"}; /bin/mkdir -p "$2/bin"
          for library in ${libraries.join(" ")}; do echo "$library" > "$2/bin/$library"; done;;
        *) while [ $# -gt 1 ]; do if [ "$1" = -B ]; then /bin/mkdir -p "$2"; fi; shift; done;;
      esac`,
    );
  }

  #putSources(): void {
    const [sources, llama] = [
      join(this.folder, "sources"),
      join(this.folder, "node_modules/node-llama-cpp/llama"),
    ];
    mkdirSync(sources);
    mkdirSync(llama, { recursive: true });
    writeFileSync(join(sources, "CMakeLists.txt"), "");
    const git = (...args: string[]) => {
      const names = ["-c", "user.name=n", "-c", "user.email=e@example.org"];
      const { status, stderr } = spawnSync("git", ["-C", sources, ...names, ...args], { encoding: "utf8" });
      if (status !== 0) throw new Error(`Expected git ${args.join(" ")} to succeed but received: ${stderr}`);
    };
    git("init", "--quiet");
    git("add", ".");
    git("commit", "--quiet", "--message", "sources");
    git("bundle", "create", "--quiet", join(llama, "gitRelease.bundle"), "HEAD");
    writeFileSync(join(llama, "binariesGithubRelease.json"), JSON.stringify({ release: RELEASE }));
  }

  get #command(): [string, string[]] {
    return [process.execPath, [join(this.folder, "scripts/build-cuda.mjs")]];
  }

  run(...args: string[]): Outcome {
    const [program, script] = this.#command;
    return spawnSync(program, [...script, ...args], { env: this.environment, encoding: "utf8" });
  }

  /** What is still running at the stand's end is ended with it. */
  start(...args: string[]): { child: ChildProcess; ended: Promise<unknown[]> } {
    const [program, script] = this.#command;
    const child = spawn(program, [...script, ...args], { env: this.environment, stdio: "ignore" });
    const ended = once(child, "close");
    this.#started.push({ child, ended });
    return { child, ended };
  }

  /** Names in a folder under build/; null where it does not exist. */
  built(name: string): string[] | null {
    const folder = join(this.folder, "build", name);
    return existsSync(folder) ? readdirSync(folder).sort() : null;
  }

  manifest(name = "cuda"): Record<string, unknown> {
    const text = readFileSync(join(this.folder, "build", name, "build.json"), "utf8");
    return JSON.parse(text) as Record<string, unknown>;
  }

  async end(): Promise<void> {
    for (const { child, ended } of this.#started) {
      child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true });
  }
}

function whereIs(program: string): string {
  return spawnSync("sh", ["-c", `command -v ${program}`], { encoding: "utf8" }).stdout.trim();
}
