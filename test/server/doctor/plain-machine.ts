import type { DeviceName, LibraryFindings, MissingLibraries } from "../../../src/engine/library-findings.js";
import type { Facts } from "../../../src/server/doctor/facts.js";
import type { GpuFact, NvmlFacts } from "../../../src/server/doctor/gpu-facts.js";
import { readSettings } from "../../../src/server/settings-reader.js";

const GIB = 2 ** 30;
const BINS = "/opt/node_modules/@node-llama-cpp";

const CPU = { backend: "cpu", name: "A processor" };
const loaded = (...devices: DeviceName[]) => ({ value: { devices, problem: "" } });
const NO_LIBRARY = "cannot open shared object file: No such file or directory";

const CUDA_LIBRARIES = ["libcudart.so.13", "libcublas.so.13", "libcuda.so.1"];

/** What a machine lacks that has a driver only. */
export const NO_CUDA: MissingLibraries = {
  names: ["libcudart.so.13", "libcublas.so.13"],
  remedy: "install CUDA 13",
};

/** The findings, but for what CUDA's back end lacks. */
export function withMissing(findings: Facts["libraries"], missing: MissingLibraries[]): LibraryFindings {
  if (!("value" in findings)) throw new Error(findings.problem);
  const { backEnds, ...others } = findings.value;
  return {
    ...others,
    backEnds: backEnds.map((one) => (one.variant === "cuda" ? { ...one, missing } : one)),
  };
}

/** What serve would go by with these arguments. */
export function settingsOf(given: Record<string, string>): Facts["settings"] {
  return readSettings(new Map(Object.entries({ threads: "1", ...given })), {});
}

/** A machine without a GPU, on which all is well. */
export function plainMachine(given: Record<string, string> = {}): Facts {
  return {
    settings: settingsOf(given),
    settingsProblem: null,
    node: { version: "20.17.0", expected: ">=20.17" },
    segment: { value: { folder: "/dev/shm", bytes: 136 * 2 ** 20 } },
    segmentFolder: { folder: "/dev/shm", writable: true, freeBytes: 8 * GIB },
    libraries: {
      value: {
        directories: {
          cpu: `${BINS}/linux-x64`,
          cuda: `${BINS}/linux-x64-cuda`,
          vulkan: `${BINS}/linux-x64-vulkan`,
        },
        backEnds: [
          {
            variant: "cuda",
            file: `${BINS}/linux-x64-cuda/libggml-cuda.so`,
            builtFor: null,
            gpuCode: {},
            known: true,
            libraries: CUDA_LIBRARIES,
            missing: [NO_CUDA, { names: ["libcuda.so.1"], remedy: "install the driver" }],
            cuda: 13,
          },
          {
            variant: "vulkan",
            file: `${BINS}/linux-x64-vulkan/libggml-vulkan.so`,
            builtFor: null,
            gpuCode: {},
            known: true,
            libraries: ["libvulkan.so.1"],
            missing: [{ names: ["libvulkan.so.1"], remedy: "install libvulkan1" }],
            cuda: null,
          },
        ],
        computeCapabilities: {},
      },
    },
    choice: { value: { variant: "cpu", directory: `${BINS}/linux-x64`, builtFor: null, notice: null } },
    devices: { cpu: loaded(CPU), cuda: loaded(CPU), vulkan: loaded(CPU) },
    nvml: { value: nvml({ status: "absent", reason: `libnvidia-ml.so.1: ${NO_LIBRARY}`, gpus: [] }) },
    kernelDriver: null,
    openFiles: 65536,
    ports: [{ flag: "port", host: "127.0.0.1", port: 8080, problem: null }],
    processor: { name: "A processor", cores: 2, avx2: true, quota: null },
    memory: { total: 16 * GIB, available: 8 * GIB, limit: null },
    defaultModel: { model: "/opt/tacho-mini.gguf", download: false, bytes: 6 * 2 ** 20, problem: null },
    models: [],
  };
}

export const H200: GpuFact = {
  index: "0",
  uuid: "GPU-a",
  name: "NVIDIA H200",
  totalBytes: 140 * GIB,
  freeBytes: 139 * GIB,
  partitions: null,
};

/** What NVML tells of a machine with an H200, but for `changes`. */
export function nvml(changes: Partial<NvmlFacts> = {}): NvmlFacts {
  const { status = "running" } = changes;
  const versions = status === "running" ? ["580.65.06", "13.0"] : ["", ""];
  const [driverVersion, cudaVersion] = versions as [string, string];
  return { status, reason: "", driverVersion, cudaVersion, gpus: [H200], ...changes };
}

/** A machine with an H200, on which all is well. */
export function gpuMachine(given: Record<string, string> = {}): Facts {
  const plain = plainMachine(given);
  return {
    ...plain,
    choice: {
      value: { variant: "cuda", directory: `${BINS}/linux-x64-cuda`, builtFor: null, notice: null },
    },
    libraries: { value: { ...withMissing(plain.libraries, []), computeCapabilities: { "GPU-a": "9.0" } } },
    devices: { ...plain.devices, cuda: loaded({ backend: "cuda", name: "NVIDIA H200" }, CPU) },
    nvml: { value: nvml() },
    kernelDriver: "580.65.06",
  };
}
