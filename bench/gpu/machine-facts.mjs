// The GPU and what it takes to build for it.
import { spawnSync } from "node:child_process";
import { statfsSync } from "node:fs";
import { askSmi, gpusOf } from "../nvml/nvidia-smi.mjs";
import { numberIn, textAt } from "../nvml/smi-document.mjs";

const MIB = 2 ** 20;

/** Of all GPUs, as nvidia-smi names them. Rejects where it does not answer. */
export async function gpuFacts() {
  const document = await askSmi();
  return {
    driver: textAt(document, "driver_version"),
    cuda: textAt(document, "cuda_version"),
    gpus: gpusOf(document).map((gpu) => ({
      name: textAt(gpu, "product_name"),
      memoryBytes: (numberIn(textAt(gpu, "fb_memory_usage/total")) ?? 0) * MIB,
      mig: textAt(gpu, "mig_mode/current_mig"),
    })),
  };
}

/** Lines that tell the versions of what the builds take; null of what is missing. */
const TOOLS = {
  nvcc: ["nvcc", "--version", /release.*/],
  cmake: ["cmake", "--version", /.*/],
  make: ["make", "--version", /.*/],
  "c++": ["c++", "--version", /.*/],
  python3: ["python3", "--version", /.*/],
  git: ["git", "--version", /.*/],
};

export function toolFacts() {
  const lineOf = ([program, flag, pattern]) =>
    pattern.exec(spawnSync(program, [flag], { encoding: "utf8" }).stdout ?? "")?.[0] || null;
  return Object.fromEntries(Object.entries(TOOLS).map(([name, asked]) => [name, lineOf(asked)]));
}

/** Bytes that the disk with this folder has left. */
export function freeBytes(folder) {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
