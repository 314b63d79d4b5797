import type { Facts } from "../facts.js";
import { failure, notApplicable, ok, warning, type Check, type Finding } from "../finding.js";
import type { GpuFact } from "../gpu-facts.js";
import { shownBytes } from "../sizes.js";

const INSTALL_DRIVER = "Install it for an NVIDIA GPU; give a container the GPUs (docker run --gpus all).";
const GIVE_NVML = "It comes with the driver; a container needs NVIDIA_DRIVER_CAPABILITIES=compute,utility.";
const MEND_NVML =
  "See whether nvidia-smi works; after an upgrade of the driver, reboot or reload its modules.";
const MAKE_PARTITIONS = "Make one with nvidia-smi mig -cgi, or switch MIG off with nvidia-smi -mig 0.";

/** What dlopen says of a library that is not there. */
const NOT_THERE = /cannot open shared object file: No such file/;

/** What NVML says where it works and has nothing to tell. */
const NOTHING_TO_READ = /^nvml\w+: |^NVML found no GPU/;

/** The GPUs that NVML shows. */
export function gpusOf({ nvml }: Facts): GpuFact[] {
  return "value" in nvml ? nvml.value.gpus : [];
}

function driver({ nvml, kernelDriver, settings }: Facts): Finding {
  const { driverVersion = "", cudaVersion = "" } = "value" in nvml ? nvml.value : {};
  const version = driverVersion || kernelDriver;
  if (version !== null) return ok(`${version}${cudaVersion && `, for CUDA up to ${cudaVersion}`}`);
  if (settings.gpu === "cuda") return failure("no NVIDIA driver, and --gpu is cuda", INSTALL_DRIVER);
  return notApplicable("no NVIDIA driver: NVIDIA GPUs cannot be used", INSTALL_DRIVER);
}

function nvml({ nvml: probed, kernelDriver }: Facts): Finding {
  if (!("value" in probed)) {
    const says = `the process that loaded it ${probed.problem}`;
    // The server reads it on a thread of its own: it may hang there, but not crash.
    return probed.kind === "died" ? failure(says, MEND_NVML) : warning(says, MEND_NVML);
  }
  const { status, reason } = probed.value;
  if (status === "running") return reason === "" ? ok("reads the GPUs") : warning(reason, MEND_NVML);
  if (status === "failed") return warning(reason, MEND_NVML);
  return withoutNvml(reason, kernelDriver !== null);
}

function withoutNvml(reason: string, hasDriver: boolean): Finding {
  const lacks = "not there: no metrics of GPUs";
  if (NOT_THERE.test(reason)) return hasDriver ? warning(lacks, GIVE_NVML) : notApplicable(lacks, GIVE_NVML);
  if (NOTHING_TO_READ.test(reason) && !hasDriver) return notApplicable(reason);
  return warning(reason, MEND_NVML);
}

function gpus(facts: Facts): Finding {
  const all = gpusOf(facts);
  if (all.length === 0) return notApplicable("none that NVML shows");
  const found = all.map((gpu) => shownGpu(gpu, facts)).join("; ");
  const isUnusable = all.some(({ partitions }) => partitions?.length === 0);
  return isUnusable ? warning(found, MAKE_PARTITIONS) : ok(found);
}

function shownGpu(gpu: GpuFact, { libraries }: Facts): string {
  const capability = "value" in libraries ? libraries.value.computeCapabilities[gpu.uuid] : undefined;
  return [
    `${gpu.index}: ${gpu.name || "unnamed"}`,
    ...(capability === undefined ? [] : [`compute capability ${capability}`]),
    shownMemory(gpu),
    ...(gpu.partitions === null ? [] : [shownPartitions(gpu.partitions)]),
  ].join(", ");
}

function shownMemory({ freeBytes, totalBytes }: GpuFact): string {
  if (freeBytes === null || totalBytes === null) return "memory unknown";
  return `${shownBytes(freeBytes)} of ${shownBytes(totalBytes)} free`;
}

function shownPartitions(names: readonly string[]): string {
  return names.length === 0 ? "MIG on without a partition" : `MIG: ${names.join(", ")}`;
}

/** Whether there are NVIDIA GPUs, and what is told of them. */
export const DRIVER_CHECKS: readonly Check[] = [
  { id: "nvidia-driver", title: "NVIDIA driver", run: driver },
  { id: "nvml", title: "NVML", run: nvml },
  { id: "gpus", title: "NVIDIA GPUs", run: gpus },
];
