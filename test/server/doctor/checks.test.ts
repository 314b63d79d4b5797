import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { BackEndFile } from "../../../src/engine/library-findings.js";
import { CHECKS, runChecks } from "../../../src/server/doctor/checks.js";
import type { Facts } from "../../../src/server/doctor/facts.js";
import type { Status } from "../../../src/server/doctor/finding.js";
import { gpuMachine, H200, NO_CUDA, nvml, plainMachine, settingsOf, withMissing } from "./plain-machine.js";

const MIB = 2 ** 20;
const died = { problem: "was killed by SIGSEGV", kind: "died" } as const;
const late = { problem: "gave no answer within 20 s", kind: "late" } as const;
const refused = { problem: "no llama.cpp libraries", kind: "refused" } as const;
const cpuOnly = { value: { devices: [{ backend: "cpu", name: "A processor" }], problem: "" } };
const refusing = { value: { ...cpuOnly.value, problem: "failed to initialize CUDA: out of memory" } };
const STALE = { found: "the libraries are stale", remedy: "build them again" };
const gone = { model: "/no.gguf", download: false, bytes: 0, problem: "'/no.gguf' does not exist." };
const given = { model: "/my.gguf", download: false, bytes: 3 * MIB, problem: null };
const taken = { flag: "port", host: "127.0.0.1", port: 8080, problem: "Port 8080 is taken." };
const without = { settings: settingsOf({ gpu: "cuda" }) };

type Row = [id: string, machine: Facts, changes: Partial<Facts>, status: Status, found: RegExp];

const plain = plainMachine();
const withGpu = gpuMachine();

function lackingLibraries(): Facts["libraries"] {
  const directories = { cpu: null, cuda: null, vulkan: null };
  return { value: { directories, backEnds: [], computeCapabilities: {} } };
}

/** As `npm run build:cuda` makes them, beside the prebuilt ones. @param gpuCode For the GPUs that are here. */
function builtLibraries(
  builtFor: string[],
  gpuCode: BackEndFile["gpuCode"] = {},
  cuda: string | null = "/opt/tacho/build/cuda",
): Facts["libraries"] {
  const { directories, backEnds, ...others } = withMissing(plain.libraries, []);
  const file = "/opt/tacho/build/cuda/libggml-cuda.so";
  const built: BackEndFile = {
    ...{ variant: "cuda", file, builtFor, gpuCode, known: true, missing: [] },
    libraries: ["libcudart.so.12"],
    cuda: 12,
  };
  return {
    value: {
      ...others,
      directories: { ...directories, cuda },
      backEnds: [built, ...backEnds],
    },
  };
}

const findings = withMissing(plain.libraries, []);

/** Not even PTX for the H200. */
const unfit = {
  libraries: builtLibraries(["100"], { "9.0": "none" }, "/opt/node_modules/@node-llama-cpp/linux-x64-cuda"),
};

/** Of a machine without ldd. */
const untold: Facts["libraries"] = {
  value: {
    ...findings,
    backEnds: findings.backEnds.map((one) => ({
      ...one,
      known: false,
      libraries: [],
      missing: [],
      cuda: null,
    })),
  },
};

function noticed({ choice }: Facts): Pick<Facts, "choice"> {
  if (!("value" in choice)) throw new Error(choice.problem);
  return { choice: { value: { ...choice.value, notice: STALE } } };
}

const withMemory = (available: number, limit: number | null): Partial<Facts> => ({
  memory: { total: 64 * MIB, available: available * MIB, limit: limit === null ? null : limit * MIB },
});
const withFolder = (freeBytes: number, writable = true, folder = "/dev/shm"): Partial<Facts> => ({
  segmentFolder: { folder, writable, freeBytes },
});
const withNvml = (...changes: Parameters<typeof nvml>): Partial<Facts> => ({
  nvml: { value: nvml(...changes) },
});

const ROWS: Row[] = [
  ["node", plain, {}, "ok", /^20\.17\.0$/],
  ["node", plain, { node: { version: "22.0.1", expected: ">=20.17" } }, "ok", /^22/],
  [
    "node",
    plain,
    { node: { version: "20.9.0", expected: ">=20.17" } },
    "failure",
    /^20\.9\.0, expected >=20\.17$/,
  ],
  ["telemetry-addon", plain, {}, "ok", /loads/],
  ["telemetry-addon", plain, { segment: refused }, "failure", /no llama/],
  ["engine-addon", plain, {}, "ok", /loads, with llama\.cpp/],
  ["engine-addon", plain, { devices: { ...plain.devices, cpu: died } }, "failure", /SIGSEGV/],
  [
    "engine-addon",
    plain,
    { devices: { ...plain.devices, cpu: { value: { devices: [], problem: "" } } } },
    "failure",
    /no back end/,
  ],
  ["cpu-libraries", plain, {}, "ok", /linux-x64$/],
  ["cpu-libraries", plain, { libraries: lackingLibraries() }, "warning", /not installed/],
  ["cpu-libraries", plain, { libraries: died }, "failure", /SIGSEGV/],

  ["settings", plain, {}, "ok", /nothing/],
  ["settings", plain, { settingsProblem: "Expected an API key." }, "failure", /^Expected an API key\.$/],

  ["nvidia-driver", plain, {}, "not-applicable", /^no NVIDIA driver/],
  ["nvidia-driver", plain, without, "failure", /--gpu is cuda/],
  ["nvidia-driver", plain, { kernelDriver: "580.1" }, "ok", /^580\.1$/],
  ["nvidia-driver", withGpu, {}, "ok", /^580\.65\.06, for CUDA up to 13\.0$/],
  ["nvidia-driver", withGpu, { nvml: died }, "ok", /^580\.65\.06$/],
  ["nvml", withGpu, {}, "ok", /reads the GPUs/],
  ["nvml", plain, {}, "not-applicable", /^not there/],
  ["nvml", plain, { kernelDriver: "580.1" }, "warning", /^not there/],
  [
    "nvml",
    plain,
    withNvml({ status: "absent", reason: "nvmlInit_v2: driver_not_loaded" }),
    "not-applicable",
    /driver_not/,
  ],
  ["nvml", withGpu, withNvml({ status: "absent", reason: "NVML found no GPU." }), "warning", /no GPU/],
  [
    "nvml",
    plain,
    withNvml({ status: "absent", reason: "/x.so: file too short" }),
    "warning",
    /file too short/,
  ],
  [
    "nvml",
    withGpu,
    withNvml({ status: "failed", reason: "nvmlInit_v2: lib_rm_version_mismatch" }),
    "warning",
    /mismatch/,
  ],
  ["nvml", withGpu, withNvml({ reason: "1 of 2 GPUs lost." }), "warning", /lost/],
  ["nvml", withGpu, { nvml: died }, "failure", /SIGSEGV/],
  ["nvml", withGpu, { nvml: late }, "warning", /no answer/],
  ["gpus", plain, {}, "not-applicable", /none/],
  ["gpus", withGpu, {}, "ok", /^0: NVIDIA H200, compute capability 9\.0, 139 GiB of 140 GiB free$/],
  [
    "gpus",
    withGpu,
    withNvml({ gpus: [{ ...H200, uuid: "b", freeBytes: null }] }),
    "ok",
    /^0: NVIDIA H200, memory unknown$/,
  ],
  [
    "gpus",
    withGpu,
    withNvml({ gpus: [H200, { ...H200, partitions: ["1g", "2g"] }] }),
    "ok",
    /free; 0: .*, MIG: 1g, 2g$/,
  ],
  [
    "gpus",
    withGpu,
    withNvml({ gpus: [{ ...H200, partitions: [] }] }),
    "warning",
    /MIG on without a partition/,
  ],

  ["cuda-libraries", plain, {}, "ok", /^prebuilt with CUDA 13, .*linux-x64-cuda$/],
  [
    "cuda-libraries",
    plain,
    { libraries: builtLibraries(["80", "90"]) },
    "ok",
    /^built here for 80, 90 with CUDA 12, .*build\/cuda; not used: prebuilt with CUDA 13$/,
  ],
  [
    "cuda-libraries",
    withGpu,
    { libraries: builtLibraries(["80", "90"], { "9.0": "machine" }) },
    "ok",
    /^built here for 80, 90/,
  ],
  [
    "cuda-libraries",
    withGpu,
    { libraries: builtLibraries(["80", "120"], { "9.0": "ptx" }) },
    "warning",
    /^built here for 80, 120 .*; no machine code for compute capability 9\.0; not used/,
  ],
  [
    "cuda-libraries",
    withGpu,
    { libraries: builtLibraries(["90"], { "8.6": "none", "9.0": "machine" }) },
    "warning",
    /capability 8\.6;/,
  ],
  [
    "cuda-libraries",
    withGpu,
    unfit,
    "warning",
    /^prebuilt with CUDA 13, .*; not used: built here for 100 with CUDA 12, with no code for compute capability 9\.0$/,
  ],
  ["cuda-libraries", withGpu, { ...unfit, ...without }, "failure", /no code for/],
  [
    "cuda-libraries",
    withGpu,
    { libraries: builtLibraries(["100"], { "9.0": "none" }, null), ...without },
    "failure",
    /^not installed; not used: built here for 100.*, with no code/,
  ],
  ["cuda-libraries", plain, { libraries: lackingLibraries() }, "not-applicable", /not installed/],
  ["cuda-libraries", withGpu, { libraries: lackingLibraries() }, "warning", /not installed/],
  ["cuda-libraries", withGpu, { libraries: lackingLibraries(), ...without }, "failure", /not installed/],
  [
    "cuda-run-time",
    plain,
    {},
    "not-applicable",
    /not found by the loader: libcudart\.so\.13, libcublas\.so\.13/,
  ],
  ["cuda-run-time", withGpu, {}, "ok", /^libcudart\.so\.13, /],
  [
    "cuda-run-time",
    withGpu,
    { libraries: { value: withMissing(plain.libraries, [NO_CUDA]) } },
    "warning",
    /loader: libcudart\.so\.13, libcublas\.so\.13$/,
  ],
  [
    "cuda-run-time",
    withGpu,
    withNvml({ cudaVersion: "12.4" }),
    "warning",
    /^for CUDA 13, but the driver supports 12\.4/,
  ],
  [
    "cuda-run-time",
    withGpu,
    { libraries: builtLibraries(["90"]), ...withNvml({ cudaVersion: "12.4" }) },
    "ok",
    /^libcudart\.so\.12$/,
  ],
  ["cuda-run-time", plain, { libraries: lackingLibraries() }, "not-applicable", /no CUDA libraries/],
  ["cuda-run-time", withGpu, { libraries: untold }, "not-applicable", /^unknown: no ldd/],
  ["cuda-devices", withGpu, {}, "ok", /^NVIDIA H200$/],
  ["cuda-devices", plain, {}, "not-applicable", /^no device: libcudart/],
  [
    "cuda-devices",
    plain,
    { devices: { ...plain.devices, cuda: null } },
    "not-applicable",
    /no CUDA libraries/,
  ],
  ["cuda-devices", withGpu, { devices: { ...plain.devices, cuda: cpuOnly } }, "warning", /^no device$/],
  [
    "cuda-devices",
    withGpu,
    { devices: { ...plain.devices, cuda: refusing } },
    "warning",
    /^no device: failed to initialize CUDA: out of memory$/,
  ],
  ["cuda-devices", withGpu, { devices: { ...plain.devices, cuda: died } }, "failure", /SIGSEGV/],
  ["cuda-devices", plain, { devices: { ...plain.devices, cuda: died } }, "warning", /SIGSEGV/],
  ["vulkan-libraries", plain, {}, "ok", /^prebuilt, /],
  ["vulkan-libraries", plain, { libraries: lackingLibraries() }, "not-applicable", /not installed/],
  ["vulkan-devices", plain, {}, "not-applicable", /libvulkan\.so\.1 not found/],
  ["vulkan-devices", plain, { settings: settingsOf({ gpu: "vulkan" }) }, "failure", /libvulkan/],
  ["gpu-choice", plain, {}, "ok", /^the CPU: neither/],
  ["gpu-choice", plain, { settings: settingsOf({ gpu: "off" }) }, "ok", /^the CPU$/],
  ["gpu-choice", plain, { choice: refused }, "failure", /no llama/],
  ["gpu-choice", withGpu, { choice: refused, ...without }, "failure", /no llama/],
  ["gpu-choice", withGpu, {}, "ok", /^CUDA: its driver and libraries/],
  ["gpu-choice", plain, { choice: withGpu.choice }, "ok", /^the CPU, through the libraries of CUDA/],
  ["gpu-choice", withGpu, { choice: plain.choice }, "warning", /^the CPU, though there are GPUs/],
  ["gpu-choice", withGpu, noticed(withGpu), "warning", /^CUDA: its driver .*; the libraries are stale$/],
  ["gpu-choice", plain, noticed(plain), "warning", /^the CPU: neither .*; the libraries are stale$/],
  ["gpu-choice", withGpu, { devices: { ...plain.devices, cuda: cpuOnly } }, "warning", /will run on the CPU/],
  [
    "gpu-choice",
    withGpu,
    { devices: { ...plain.devices, cuda: cpuOnly }, ...without },
    "failure",
    /no device/,
  ],

  ["shared-memory", plain, {}, "ok", /^8 GiB free in \/dev\/shm; the segment takes 0\.5 to 136 MiB$/],
  ["shared-memory", plain, withFolder(8 * MIB), "warning", /little for many/],
  ["shared-memory", plain, withFolder(MIB), "failure", /too little/],
  ["shared-memory", plain, withFolder(64 * MIB, true, "/tmp"), "warning", /\/dev\/shm is not there/],
  ["shared-memory", plain, withFolder(64 * MIB, false), "failure", /not writable/],
  ["shared-memory", plain, withFolder(NaN), "not-applicable", /^how much is free in \/dev\/shm is not told$/],
  [
    "shared-memory",
    plainMachine({ "metrics-file": "/m/f" }),
    withFolder(64 * MIB, true, "/m"),
    "ok",
    /in \/m/,
  ],
  ["open-files", plain, {}, "ok", /^65536 allowed, 4352 used/],
  ["open-files", plain, { openFiles: 1024 }, "warning", /^1024 allowed, but 4096 connections/],
  ["open-files", plainMachine({ "metrics-port": "9" }), { openFiles: 8000 }, "warning", /8192 connections/],
  ["open-files", plain, { openFiles: NaN }, "not-applicable", /no limit/],
  ["port", plain, {}, "ok", /^8080 of 127\.0\.0\.1 is free$/],
  ["port", plain, { ports: [{ ...taken, port: 0, problem: null }] }, "ok", /any free one/],
  ["port", plain, { ports: [taken] }, "failure", /taken/],
  ["metrics-port", plain, {}, "not-applicable", /not given/],
  ["metrics-port", plain, { ports: [{ ...taken, flag: "metrics-port" }] }, "failure", /taken/],
  ["processor", plain, {}, "ok", /^A processor, 2 cores, AVX2$/],
  ["processor", plain, { processor: { ...plain.processor, avx2: false } }, "warning", /no AVX2/],
  ["processor", plain, { processor: { ...plain.processor, avx2: null } }, "ok", /2 cores$/],
  [
    "processor",
    plain,
    { processor: { ...plain.processor, quota: 0.5 } },
    "warning",
    /0\.5 cores' time, but --threads is 1/,
  ],
  ["processor", plain, { processor: { ...plain.processor, quota: 1 } }, "ok", /1 cores' time/],
  ["memory", plain, {}, "ok", /^16 GiB, 8 GiB available$/],
  ["memory", plain, withMemory(5, null), "warning", /the model has 6 MiB/],
  ["memory", plain, withMemory(60, 4), "warning", /limit of the control group 4 MiB; the model/],
  ["memory", plain, { ...withMemory(5, 5), models: [given] }, "ok", /limit/],
  ["default-model", plain, {}, "ok", /^tacho-mini\.gguf \(6 MiB\)$/],
  ["default-model", plain, { defaultModel: gone }, "failure", /does not exist/],
  ["default-model", plain, { defaultModel: gone, models: [given] }, "warning", /does not exist/],
  ["model", plain, {}, "not-applicable", /default model/],
  [
    "model",
    plain,
    { models: [given, { ...given, model: "hf:a/b", download: true }] },
    "ok",
    /^my\.gguf \(3 MiB\), hf:a\/b \(from/,
  ],
  ["model", plain, { models: [given, gone] }, "failure", /does not exist/],
];

describe("a check", () => {
  it.each(ROWS.map(([id, machine, changes, status, found]) => ({ id, machine, changes, status, found })))(
    "$id: $status, $found",
    ({ id, machine, changes, status, found }) => {
      const finding = CHECKS.find((check) => check.id === id)!.run({ ...machine, ...changes });
      expect(finding.status).toBe(status);
      expect(finding.found).toMatch(found);
      if (status !== "ok" && status !== "not-applicable") expect(finding).toHaveProperty("remedy");
    },
  );
});

describe("a remedy", () => {
  const findingOf = (id: string, machine: Facts) => CHECKS.find((check) => check.id === id)!.run(machine);

  it("names all that is missing of the CUDA run time", () => {
    expect(findingOf("cuda-run-time", plain)).toMatchObject({
      remedy: "Install CUDA 13. Install the driver.",
    });
    const unknown = withMissing(plain.libraries, [{ names: ["libx.so", "liby.so"], remedy: null }]);
    expect(findingOf("cuda-run-time", { ...withGpu, libraries: { value: unknown } })).toMatchObject({
      remedy: "Install what libx.so, liby.so comes with.",
    });
  });

  it("gives a container as much shared memory as compose.yml, more than Docker unasked", () => {
    const { shm } = /shm_size: (?<shm>\S+)/.exec(readFileSync("deploy/compose.yml", "utf8"))!.groups!;
    expect(findingOf("shared-memory", { ...plain, ...withFolder(MIB) })).toMatchObject({
      remedy: expect.stringContaining(`--shm-size ${shm})`) as string,
    });
  });

  it("stands beside that of a choice which is no good either", () => {
    expect(findingOf("gpu-choice", { ...withGpu, ...noticed(withGpu) })).toMatchObject({
      remedy: "Build them again.",
    });
    const asked = { ...withGpu, ...without, ...noticed(withGpu), devices: plain.devices };
    expect(findingOf("gpu-choice", asked)).toMatchObject({
      status: "failure",
      remedy: "Choose --gpu auto or off, or mend the rows above. Build them again.",
    });
  });
});

describe("the checks", () => {
  it("have an id each, and a row here", () => {
    const ids = CHECKS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect([...new Set(ROWS.map(([id]) => id))]).toEqual(ids);
  });

  it("find no fault with a machine on which all is well", () => {
    const statuses = [plain, withGpu].map((machine) =>
      runChecks(machine).map(({ finding }) => finding.status),
    );
    expect(statuses.flat()).not.toContain("failure");
    expect(statuses.flat()).not.toContain("warning");
  });
});
