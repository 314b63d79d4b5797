import { existsSync, realpathSync } from "node:fs";
import { delimiter, join } from "node:path";
import { probe } from "./probe.mjs";
import { BuildProblem } from "./problems.mjs";

/** llama.cpp builds for architecture 86 unasked, which needs this. */
const MINIMUM = [11, 1];

/** Where an installer puts it without touching the PATH. */
const USUAL = "/usr/local/cuda/bin/nvcc";

/**
 * The CUDA toolkit that llama.cpp is built with.
 * @typedef {object} Toolkit
 * @property {string} nvcc path of its compiler
 * @property {string} version as "12.8.93"
 * @property {number[]} bases architectures that it compiles for
 * @property {string | null} root folder that it is installed in
 * @property {string | null} libraries folder of its shared libraries
 */

function onPath(name) {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, name)).find(existsSync);
}

function findCompiler() {
  const { CUDACXX, CUDA_PATH } = process.env;
  if (CUDACXX) {
    const named = CUDACXX.includes("/") ? [CUDACXX].find(existsSync) : onPath(CUDACXX);
    if (named) return named;
    throw new BuildProblem("no-toolkit", { tried: [`CUDACXX=${CUDACXX}`] });
  }
  const usual = CUDA_PATH ? join(CUDA_PATH, "bin/nvcc") : USUAL;
  const found = onPath("nvcc") ?? [usual].find(existsSync);
  if (found) return found;
  throw new BuildProblem("no-toolkit", { tried: ["`nvcc`", usual] });
}

function asked(nvcc, flag, pattern) {
  const answer = probe(nvcc, [flag]);
  const what = answer.what ?? `answered ${flag} with ${JSON.stringify(answer.output.slice(0, 80))}`;
  const found = Array.from((answer.output ?? "").matchAll(pattern), ([, part]) => part);
  if (found.length === 0) throw new BuildProblem("bad-toolkit", { nvcc, what });
  return found;
}

function requireVersion(version) {
  const [major, minor] = version.split(".").map(Number);
  if (major > MINIMUM[0] || (major === MINIMUM[0] && minor >= MINIMUM[1])) return;
  throw new BuildProblem("old-toolkit", { version, minimum: MINIMUM });
}

/** Asked of nvcc itself, because what lies on the PATH may be a link to it or a script that starts it. */
function rootOf(nvcc) {
  const { output } = probe("/bin/sh", ["-c", '"$0" --dryrun -x cu /dev/null 2>&1', nvcc]);
  const root = /^#\$ TOP=(.+)$/m.exec(output ?? "")?.[1];
  return root !== undefined && existsSync(root) ? realpathSync(root) : null;
}

function librariesOf(root) {
  const folder = root && ["lib64", "lib"].map((name) => join(root, name)).find(existsSync);
  return folder ? realpathSync(folder) : null;
}

/** @returns {Toolkit} @throws BuildProblem */
export function findToolkit() {
  const nvcc = findCompiler();
  // "Cuda compilation tools, release 12.8, V12.8.93"
  const [version] = asked(nvcc, "--version", /release \d+\.\d+, V(\d+\.\d+\.\d+)/g);
  requireVersion(version);
  const bases = asked(nvcc, "--list-gpu-arch", /^compute_(\d+)\s*$/gm).map(Number);
  const root = rootOf(nvcc);
  return { nvcc, version, bases, root, libraries: librariesOf(root) };
}
