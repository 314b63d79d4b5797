import { SetupFailed } from "../phase-runner.mjs";

const OPTIONS = [
  "usage: npm run build:cuda -- [options]",
  '  --architectures LIST  compute capabilities without the dot, as "80;90"; without it those of this machine\'s GPUs',
  "  --jobs N              compilers that run at once; without it as many as cores and memory allow",
  "  --backend cuda|cpu    cpu: the same build without CUDA, to try it where there is none; no server uses it",
].join("\n");

const number = (version) => version.join(".");

/**
 * All that can keep llama.cpp's CUDA back end from being built here, before a compiler has something to say.
 * `says` tells what was expected and what came, `remedy` what helps.
 */
export const PROBLEMS = {
  usage: {
    says: ({ expected, received }) => `Expected ${expected}, but received ${received}.`,
    remedy: () => OPTIONS,
  },
  "no-release": {
    says: ({ file }) => `Expected node-llama-cpp's sources of llama.cpp, but ${file} was not found.`,
    remedy: () => "Run: npm ci",
  },
  "no-toolkit": {
    says: ({ tried }) => `Expected the CUDA toolkit, but nvcc was not found as ${tried.join(" or ")}.`,
    remedy: () =>
      "Install it from https://developer.nvidia.com/cuda-downloads, or name its compiler: CUDACXX=/path/to/nvcc",
  },
  "bad-toolkit": {
    says: ({ nvcc, what }) => `Expected nvcc to tell its version and architectures, but ${nvcc} ${what}.`,
    remedy: () => "Install the toolkit again, or name another compiler: CUDACXX=/path/to/nvcc",
  },
  "old-toolkit": {
    says: ({ version, minimum }) =>
      `Expected CUDA toolkit ${number(minimum)} or newer for llama.cpp, but nvcc is of ${version}.`,
    remedy: () => "Install a newer one: https://developer.nvidia.com/cuda-downloads",
  },
  "architecture-too-new": {
    says: ({ architecture, version, since }) =>
      `Expected a CUDA toolkit that compiles for architecture ${architecture}` +
      `${since ? ` (${number(since)} or newer)` : ""}, but nvcc is of ${version}.`,
    remedy: () => "Install a newer toolkit, or leave the architecture out of --architectures",
  },
  "architecture-too-old": {
    says: ({ architecture, version, before }) =>
      `Expected a CUDA toolkit that still compiles for architecture ${architecture} (before ${number(before)}), ` +
      `but nvcc is of ${version}.`,
    remedy: () => "Install an older toolkit, or leave the architecture out of --architectures",
  },
  "unknown-architecture": {
    says: ({ text, known }) =>
      `Expected compute capabilities without the dot (${known.join(", ")}), ` +
      `but --architectures holds '${text}'.`,
    remedy: () => 'Several are separated by semicolons: --architectures "80;90"',
  },
  "no-gpu": {
    says: ({ what }) => `Expected an NVIDIA GPU to build for, but ${what}.`,
    remedy: () => 'To build for other machines, name their architectures: --architectures "80;90"',
  },
  "old-driver": {
    says: ({ driver, version }) =>
      `Expected a driver for CUDA ${version.split(".")[0]}, but the installed one serves CUDA ${number(driver)} ` +
      `at most, and nvcc is of ${version}.`,
    remedy: () => "Update the NVIDIA driver, or build with an older toolkit: CUDACXX=/path/to/nvcc",
  },
  "nothing-built": {
    says: ({ missing, folder }) => `Expected the build to make ${missing} in ${folder}, but it did not.`,
    remedy: () => "Its log is build/logs/llama-build.log",
  },
};

/** What the table above says; `code` is its key. */
export class BuildProblem extends SetupFailed {
  constructor(code, details) {
    const { says, remedy } = PROBLEMS[code];
    super(`${says(details)}\n${remedy(details)}`);
    this.code = code;
  }
}
