import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { NvmlFacts, SegmentFact } from "../../../src/server/doctor/gpu-facts.js";
import { probe } from "../../../src/server/doctor/probe.js";
import { findSegments } from "../../../src/telemetry/index.js";
import { FakeGpu } from "../../end-to-end/fake-gpu.js";

/** Needs the built dist/: a process cannot run TypeScript. */
const PROBE = pathToFileURL(resolve("dist/server/doctor/telemetry-probe.js"));

let gpu: FakeGpu;
let folder: string;
beforeAll(() => {
  gpu = new FakeGpu();
  folder = mkdtempSync(join(tmpdir(), "tacho-nvml-"));
});
afterAll(() => {
  gpu.end();
  rmSync(folder, { recursive: true });
});

/** What NVML says where the environment names this library. */
async function gpus(library = gpu.environment["TACHO_NVML_PATH"]!, limitMs?: number) {
  vi.stubEnv("TACHO_NVML_PATH", library);
  vi.stubEnv("FAKE_NVML_CONTROL", gpu.environment["FAKE_NVML_CONTROL"]);
  const found = await probe<NvmlFacts>(PROBE, { kind: "gpus" }, limitMs);
  vi.unstubAllEnvs();
  return found;
}

function compiled(name: string, source: string): string {
  const [file, library] = [join(folder, `${name}.c`), join(folder, `${name}.so`)];
  writeFileSync(file, source);
  const { status, stderr } = spawnSync("cc", ["-shared", "-fPIC", file, "-o", library], { encoding: "utf8" });
  expect([status, stderr]).toEqual([0, ""]);
  return library;
}

describe("the segment", () => {
  it("is made and removed", async () => {
    const before = findSegments().map(({ path }) => path);
    const found = await probe<SegmentFact>(PROBE, { kind: "segment" });
    expect(found).toMatchObject({ value: { folder: expect.any(String) as string } });
    if ("value" in found) expect(found.value.bytes).toBeGreaterThan(2 ** 27);
    expect(findSegments().filter(({ path, isAlive }) => !isAlive && !before.includes(path))).toEqual([]);
  });
});

describe("the GPUs", () => {
  const whole = { name: "Fake H200", totalBytes: 2 ** 30, freeBytes: 2 ** 30 - 1500, partitions: null };

  it("are told with driver, memory and partitions", async () => {
    gpu.say({ gpus: 2, "mig.1": 2 });
    expect(await gpus()).toEqual({
      value: {
        status: "running",
        reason: "",
        driverVersion: "550.54.15",
        cudaVersion: "12.4",
        gpus: [
          { ...whole, index: "0", uuid: "GPU-0" },
          { ...whole, index: "1", uuid: "GPU-1", partitions: ["Fake H200 MIG 1g", "Fake H200 MIG 1g"] },
        ],
      },
    });
    gpu.say({ gpus: 1, "mig.1": 0 });
  });

  it("tell what they do not support by null", async () => {
    gpu.say({ "return.nvmlDeviceGetMemoryInfo_v2": 3, "return.nvmlDeviceGetMemoryInfo": 3 });
    expect(await gpus()).toMatchObject({ value: { gpus: [{ totalBytes: null, freeBytes: null }] } });
    gpu.say({ "return.nvmlDeviceGetMemoryInfo_v2": 0, "return.nvmlDeviceGetMemoryInfo": 0 });
  });

  it("are absent, with the reason", async () => {
    expect(await gpus(join(folder, "none.so"))).toMatchObject({
      value: { status: "absent", reason: expect.stringContaining("No such file") as string, gpus: [] },
    });
    gpu.say({ gpus: 0 });
    expect(await gpus()).toMatchObject({ value: { status: "absent", reason: "NVML found no GPU." } });
    gpu.say({ gpus: 1 });
  });

  it("are refused by a driver of another version", async () => {
    gpu.say({ "return.nvmlInit_v2": 18 });
    const reason = "nvmlInit_v2: lib_rm_version_mismatch";
    expect(await gpus()).toMatchObject({ value: { status: "failed", reason, gpus: [] } });
    gpu.say({ "return.nvmlInit_v2": 0 });
  });

  it("are a finding where NVML crashes, is no NVML, or does not return", async () => {
    const crashing = compiled("crashing", "#include <stdlib.h>\nint nvmlInit_v2(void) { abort(); }");
    expect(await gpus(crashing)).toEqual({ problem: "was killed by SIGABRT", kind: "died" });
    const other = compiled("other", "int other;");
    expect(await gpus(other)).toMatchObject({
      value: { status: "failed", reason: "nvmlInit_v2: function_not_found" },
    });
    gpu.say({ hold: "nvmlDeviceGetCount_v2" });
    expect(await gpus(undefined, 1500)).toMatchObject({ kind: "late" });
    gpu.say({ hold: "nothing" });
  });
});
