import { dirname } from "node:path";
import type {
  BackEndFile,
  DeviceName,
  GpuCode,
  LibraryNotice,
  LibraryVariant,
  LoadedBackEnds,
  MissingLibraries,
} from "../../../engine/library-findings.js";
import { REMEDIES } from "../../../engine/library-remedies.js";
import { librariesOrigin } from "../../libraries-origin.js";
import type { Facts } from "../facts.js";
import { failure, notApplicable, ok, sentence, warning, type Check, type Finding } from "../finding.js";
import { gpusOf } from "./driver-checks.js";
import { INSTALL, shownPath } from "./program-checks.js";

type GpuVariant = BackEndFile["variant"];

const NAMES = { cpu: "the CPU", cuda: "CUDA", vulkan: "Vulkan" } as const;

const GET_LIBRARIES: Record<GpuVariant, string> = {
  cuda: `${INSTALL} For GPUs that the prebuilt ones are not made for: ${REMEDIES.architectures}.`,
  vulkan: INSTALL,
};

const BUILD_AGAIN = sentence(REMEDIES.architectures);

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

/** "prebuilt with CUDA 13", "built here for 80, 90 with CUDA 12". */
function origin(backEnd: BackEndFile): string {
  const made = librariesOrigin(backEnd);
  return backEnd.cuda === null ? made : `${made} with CUDA ${backEnd.cuda}`;
}

function libraries(facts: Facts, variant: GpuVariant): Finding {
  const { used, others } = backEnds(facts, variant);
  const place = used ? `${origin(used)}, ${shownPath(dirname(used.file))}` : "not installed";
  const rest = others.length === 0 ? "" : `; not used: ${others.map(shownUnused).join(", ")}`;
  if (others.some((other) => gpusWith(other, "none").length > 0))
    return shortcoming(facts, variant, `${place}${rest}`, BUILD_AGAIN);
  if (!used) return shortcoming(facts, variant, `${place}${rest}`, GET_LIBRARIES[variant]);
  const without = gpusWith(used, "none", "ptx");
  if (without.length === 0) return ok(`${place}${rest}`);
  return warning(
    `${place}; no machine code for compute capability ${without.join(", ")}${rest}`,
    BUILD_AGAIN,
  );
}

function shownUnused(backEnd: BackEndFile): string {
  const without = gpusWith(backEnd, "none");
  return `${origin(backEnd)}${without.length === 0 ? "" : `, with no code for compute capability ${without.join(", ")}`}`;
}

/** Compute capabilities of this machine for which libraries hold code of these kinds. */
function gpusWith({ gpuCode }: BackEndFile, ...kinds: GpuCode[]): string[] {
  return Object.keys(gpuCode).filter((capability) => kinds.includes(gpuCode[capability]!));
}

const namesOf = (missing: readonly MissingLibraries[]) => missing.flatMap(({ names }) => names).join(", ");

/** What would mend each of these, as sentences. */
function remediesOf(missing: readonly MissingLibraries[]): string {
  return missing
    .map(({ names, remedy }) => sentence(remedy ?? `install what ${names.join(", ")} comes with`))
    .join(" ");
}

const INSTALL_LDD = "On Debian: apt-get install libc-bin.";

function runTime(facts: Facts): Finding {
  const { used } = backEnds(facts, "cuda");
  if (!used) return notApplicable("no CUDA libraries that would need it");
  if (!used.known) return notApplicable("unknown: no ldd tells what the libraries need", INSTALL_LDD);
  const { missing } = used;
  if (missing.length === 0) return fitsDriver(facts, used);
  return shortcoming(facts, "cuda", `not found by the loader: ${namesOf(missing)}`, remediesOf(missing));
}

/** A run time of a later major version than the driver's refuses to start. */
function fitsDriver(facts: Facts, { cuda: version, libraries: needed }: BackEndFile): Finding {
  const supported = "value" in facts.nvml ? facts.nvml.value.cudaVersion : "";
  if (version !== null && supported !== "" && version > parseInt(supported))
    return shortcoming(
      facts,
      "cuda",
      `for CUDA ${version}, but the driver supports ${supported} at most`,
      `Update NVIDIA's driver, or ${REMEDIES.toolkit}.`,
    );
  return ok(needed.length === 0 ? "linked into the libraries" : needed.join(", "));
}

/** The devices of a variant that are not the CPU. */
export function gpuDevices({ devices }: LoadedBackEnds): DeviceName[] {
  return devices.filter(({ backend }) => backend !== "cpu");
}

function devices(facts: Facts, variant: GpuVariant): Finding {
  const probed = facts.devices[variant];
  if (probed === null) return notApplicable(`no ${NAMES[variant]} libraries to load`);
  if (!("value" in probed)) return crash(facts, variant, `the process that loaded them ${probed.problem}`);
  const found = gpuDevices(probed.value);
  if (found.length > 0) return ok(found.map(({ name }) => name).join(", "));
  const { used } = backEnds(facts, variant);
  const lacking = namesOf(used?.missing ?? []);
  const { problem } = probed.value;
  const why = lacking === "" ? problem && `: ${problem}` : `: ${lacking} not found`;
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

const OTHER_CHOICE = "Choose --gpu auto or off, or mend the rows above.";

function choice(facts: Facts): Finding {
  const { choice: probed } = facts;
  if (!("value" in probed))
    return failure(probed.problem, facts.settings.gpu === "cuda" ? OTHER_CHOICE : INSTALL);
  const { variant, notice } = probed.value;
  const finding = chosen(facts, variant);
  return notice === null ? finding : withNotice(finding, notice);
}

function withNotice(finding: Finding, notice: LibraryNotice): Finding {
  const status = finding.status === "failure" ? "failure" : "warning";
  const remedies = "remedy" in finding ? [finding.remedy] : [];
  const remedy = [...remedies, sentence(notice.remedy)].join(" ");
  return { status, found: `${finding.found}; ${notice.found}`, remedy };
}

function chosen(facts: Facts, variant: LibraryVariant): Finding {
  if (facts.settings.gpu === "off") return ok("the CPU");
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
  if (facts.settings.gpu !== "auto") return failure(found, OTHER_CHOICE);
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
