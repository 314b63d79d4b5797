import { linkedLibraries } from "./linked-libraries.js";
import { REMEDIES } from "./library-remedies.js";
import type { BackEndNeeds, MissingLibraries } from "./library-findings.js";

/** Whose the libraries are that a GPU back end needs, and how one gets them. */
const OWNERS: readonly { name: RegExp; remedy: (version: string) => string }[] = [
  {
    name: /^lib(?:cudart|cublas|cublasLt|nvrtc)\.so\.?(\d*)/,
    remedy: (version) =>
      `install CUDA ${version} where the loader looks (ldconfig, LD_LIBRARY_PATH), or ${REMEDIES.runTime}`,
  },
  {
    name: /^lib(?:cuda|nvidia-[\w-]+)\.so/,
    remedy: () =>
      "install the NVIDIA driver, or give the container the GPUs with NVIDIA's container toolkit (--gpus all)",
  },
  { name: /^libvulkan\.so/, remedy: () => "on Debian: apt-get install libvulkan1" },
];

/** The engine has them loaded before the back end, whatever folder they lie in. */
const OWN_LIBRARY = /^lib(ggml|llama)/;

/** What a GPU back end needs of the machine. */
export function backEndNeeds(file: string): BackEndNeeds {
  const all = linkedLibraries(file);
  const linked = (all ?? []).filter(({ name }) => !OWN_LIBRARY.test(name));
  const names = linked.map(({ name }) => name);
  const missing = linked.filter(({ isFound }) => !isFound);
  return {
    known: all !== null,
    libraries: names.filter((name) => remedyOf(name) !== null),
    missing: byRemedy(missing.map(({ name }) => name)),
    cuda: cudaOf(names),
  };
}

function remedyOf(name: string): string | null {
  const owner = OWNERS.find((one) => one.name.test(name));
  return owner?.remedy(owner.name.exec(name)?.[1] ?? "") ?? null;
}

/** The same is said once. */
function byRemedy(names: readonly string[]): MissingLibraries[] {
  const remedies = [...new Set(names.map(remedyOf))];
  return remedies.map((remedy) => ({ names: names.filter((name) => remedyOf(name) === remedy), remedy }));
}

function cudaOf(names: readonly string[]): number | null {
  const version = names.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find(Boolean);
  return version === undefined ? null : Number(version);
}
