import { dirname } from "node:path";
import type { BackEndFile, DeviceName } from "../../../engine/messages.js";
import type { Facts } from "../facts.js";
import { failure, notApplicable, ok, warning, type Check, type Finding } from "../finding.js";
import { gpusOf } from "./driver-checks.js";
import { INSTALL, shownPath } from "./program-checks.js";

type GpuVariant = BackEndFile["variant"];

const NAMES = { cpu: "the CPU", cuda: "CUDA", vulkan: "Vulkan" } as const;

const GET_LIBRARIES: Record<GpuVariant, string> = {
  cuda: `${INSTALL} For GPUs that the prebuilt ones are not made for: npm run build:cuda.`,
  vulkan: INSTALL,
};

/** How bad it is that a GPU cannot be used: not at all where there is none, very where it was asked for. */
function shortcoming(facts: Facts, variant: GpuVariant, found: string, remedy: string): Finding {
  if (facts.settings.gpu === variant) return failure(found, remedy);
  const isMissed = variant === "cuda" && gpusOf(facts).length > 0 && facts.settings.gpu === "auto";
  return isMissed ? warning(found, remedy) : notApplicable(found, remedy);
}

function backEnds(
  { libraries }: Facts,
  variant: GpuVariant,
): { used: BackEndFile | null; others: BackEndFile[] } {
  if (!("value" in libraries)) return { used: null, others: [] };
  const all = libraries.value.backEnds.filter((backEnd) => backEnd.variant === variant);
  const directory = libraries.value.directories[variant];
  const used = all.find(({ file }) => directory !== null && file.startsWith(`${directory}/`)) ?? null;
  return { used, others: all.filter((backEnd) => backEnd !== used) };
}

/** "prebuilt for CUDA 13", "built from source for CUDA 12". */
function origin({ file, needs }: BackEndFile): string {
  const made = file.includes("/node_modules/@node-llama-cpp/") ? "prebuilt" : "built from source";
  const version = cudaVersionOf(needs);
  return version === null ? made : `${made} for CUDA ${version}`;
}

function cudaVersionOf(needs: readonly string[]): number | null {
  const version = needs.map((name) => /^libcudart\.so\.(\d+)/.exec(name)?.[1]).find(Boolean);
  return version === undefined ? null : Number(version);
}

function libraries(facts: Facts, variant: GpuVariant): Finding {
  const { used, others } = backEnds(facts, variant);
  if (!used) return shortcoming(facts, variant, "not installed", GET_LIBRARIES[variant]);
  const rest = others.length === 0 ? "" : `; not used: ${others.map(origin).join(", ")}`;
  return ok(`${origin(used)}, ${shownPath(dirname(used.file))}${rest}`);
}

function missing({ loadable }: Facts, { needs }: BackEndFile): string[] {
  if (!("value" in loadable)) return [];
  const { value } = loadable;
  return needs.filter((name) => (value[name] ?? null) !== null);
}

function runTime(facts: Facts): Finding {
  const { used } = backEnds(facts, "cuda");
  if (!used) return notApplicable("no CUDA libraries that would need it");
  const { loadable } = facts;
  if (!("value" in loadable))
    return shortcoming(facts, "cuda", `the process that loaded it ${loadable.problem}`, installRunTime(used));
  const lacking = missing(facts, used);
  if (lacking.length > 0)
    return shortcoming(facts, "cuda", `not found by the loader: ${lacking.join(", ")}`, installRunTime(used));
  return fitsDriver(facts, used);
}

function installRunTime({ needs }: BackEndFile): string {
  const version = cudaVersionOf(needs);
  if (version === null) return "Install NVIDIA's driver, which brings libcuda.so.1.";
  return (
    `Install CUDA ${version}'s libcudart and libcublas where the loader looks (ldconfig, LD_LIBRARY_PATH); ` +
    "libcuda.so.1 comes with NVIDIA's driver."
  );
}

/** A run time of a later major version than the driver's refuses to start. */
function fitsDriver(facts: Facts, used: BackEndFile): Finding {
  const version = cudaVersionOf(used.needs);
  const supported = "value" in facts.nvml ? facts.nvml.value.cudaVersion : "";
  if (version !== null && supported !== "" && version > parseInt(supported))
    return shortcoming(
      facts,
      "cuda",
      `for CUDA ${version}, but the driver supports ${supported} at most`,
      "Update NVIDIA's driver, or build the libraries for its CUDA version: npm run build:cuda.",
    );
  return ok(used.needs.length === 0 ? "linked into the libraries" : used.needs.join(", "));
}

/** The devices of a variant that are not the CPU. */
export function gpuDevices(devices: readonly DeviceName[]): DeviceName[] {
  return devices.filter(({ backend }) => backend !== "cpu");
}

function devices(facts: Facts, variant: GpuVariant): Finding {
  const probed = facts.devices[variant];
  if (probed === null) return notApplicable(`no ${NAMES[variant]} libraries to load`);
  if (!("value" in probed)) return crash(facts, variant, `the process that loaded them ${probed.problem}`);
  const found = gpuDevices(probed.value);
  if (found.length > 0) return ok(found.map(({ name }) => name).join(", "));
  const { used } = backEnds(facts, variant);
  const lacking = used ? missing(facts, used) : [];
  const why = lacking.length === 0 ? "" : `: ${lacking.join(", ")} not found`;
  return shortcoming(facts, variant, `no device${why}`, NO_DEVICE[variant]);
}

const NO_DEVICE: Record<GpuVariant, string> = {
  cuda: "Mend the rows above; CUDA_VISIBLE_DEVICES may hide GPUs, too.",
  vulkan: "Install libvulkan1 and a GPU's Vulkan driver.",
};

/** It would end the engine host as well, where it is chosen. */
function crash(facts: Facts, variant: GpuVariant, found: string): Finding {
  const isChosen = "value" in facts.choice && facts.choice.value.variant === variant;
  const remedy = `See whether other programs can use the GPU; --gpu off does without ${NAMES[variant]}.`;
  return isChosen ? failure(found, remedy) : warning(found, remedy);
}

function choice(facts: Facts): Finding {
  const { choice: probed, settings } = facts;
  if (!("value" in probed)) return failure(probed.problem, INSTALL);
  if (settings.gpu === "off") return ok("the CPU");
  const { variant } = probed.value;
  if (variant !== "cpu") return chosenGpu(facts, variant);
  if (gpusOf(facts).length === 0) return ok("the CPU: neither CUDA nor Vulkan has all that it needs");
  return warning("the CPU, though there are GPUs: CUDA does not have all that it needs", NO_DEVICE.cuda);
}

function chosenGpu(facts: Facts, variant: GpuVariant): Finding {
  const probed = facts.devices[variant];
  const name = NAMES[variant];
  if (probed !== null && "value" in probed && gpuDevices(probed.value).length > 0)
    return ok(facts.settings.gpu === "auto" ? `${name}: its driver and libraries were found` : name);
  const found = `${name}, which has no device`;
  if (facts.settings.gpu !== "auto")
    return failure(found, "Choose --gpu auto or off, or mend the rows above.");
  // Libraries that were built here are chosen on any machine, as they compute on the CPU as well.
  if (gpusOf(facts).length === 0) return ok(`the CPU, through the libraries of ${found}`);
  return warning(`${found}: the model will run on the CPU`, NO_DEVICE[variant]);
}

/** Whether llama.cpp can use a GPU, and which one it would. */
export const BACK_END_CHECKS: readonly Check[] = [
  { id: "cuda-libraries", title: "CUDA libraries", run: (facts) => libraries(facts, "cuda") },
  { id: "cuda-run-time", title: "CUDA run time", run: runTime },
  { id: "cuda-devices", title: "CUDA devices", run: (facts) => devices(facts, "cuda") },
  { id: "vulkan-libraries", title: "Vulkan libraries", run: (facts) => libraries(facts, "vulkan") },
  { id: "vulkan-devices", title: "Vulkan devices", run: (facts) => devices(facts, "vulkan") },
  { id: "gpu-choice", title: "choice of --gpu", run: choice },
];
