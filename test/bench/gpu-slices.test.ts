import { describe, expect, test } from "vitest";
import { benchModule } from "./bench-module.js";

interface Slice {
  name: string;
  minutes: number;
  needs: string[];
  command: string[];
  memory?: number;
}
interface Plan {
  gpu: string;
  sequences: number[];
  streams: number[];
  models: Record<string, unknown>;
}

const { slicesOf } = (await benchModule("gpu/slices.mjs")) as {
  slicesOf: (plan: object, machine: { memory: number }) => Slice[];
};
const { PLANS } = (await benchModule("gpu/plans.mjs")) as { PLANS: Record<"gpu" | "dry", Plan> };
const BENCHES = ["engine", "serve", "nvml", "peers", "model"];

const LARGE = { memory: 141e9 };
const slices = slicesOf({ ...PLANS.gpu, alone: false }, LARGE);
const named = (name: string) => slices.find((slice) => slice.name === name)!;
const flag = ({ command }: Slice, name: string) => command[command.indexOf(name) + 1];

describe("the slices on a GPU", () => {
  test("have names of their own, end within ten minutes, and come after what they need", () => {
    const names = slices.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const [index, { minutes, needs }] of slices.entries()) {
      expect(minutes).toBeLessThan(10);
      for (const need of needs) expect(names.slice(0, index)).toContain(need);
    }
  });

  test("measure every model at every number of sequences and streams, on the GPU", () => {
    for (const model of Object.keys(PLANS.gpu.models)) {
      for (const count of PLANS.gpu.sequences)
        expect(flag(named(`engine-${model}-${count}`), "--streams")).toBe(String(count));
      for (const count of PLANS.gpu.streams)
        expect(flag(named(`serve-${model}-${count}`), "--streams")).toBe(String(count));
    }
    const computing = slices.filter(({ command }) => command.includes("--gpu"));
    expect(computing.every((slice) => flag(slice, "--gpu") === "cuda")).toBe(true);
    expect(PLANS.gpu.sequences).toEqual([1, 8, 32, 64, 128, 256]);
    expect(PLANS.gpu.streams).toEqual([1, 32, 64, 128]);
  });

  test("are calls of the benches that there are", () => {
    const called = slices.filter(({ command }) => command[0] === "bench/main.mjs");
    expect(new Set(called.map(({ command }) => command[1]))).toEqual(new Set(BENCHES));
  });

  test("compare with llama-server both with and without backend sampling where the GPU has room for four", () => {
    const both = "llama-server,tacho-host-sampling,llama-server-backend-sampling";
    expect(flag(named("serve-8b-q8_0-64"), "--against")).toBe(both);
    expect(flag(named("serve-70b-q4_K_M-64"), "--against")).toBe("llama-server");
    expect(named("serve-70b-q4_K_M-64").memory).toBeLessThan(LARGE.memory);
  });

  test("build for the architectures that are named", () => {
    expect(named("build").command).toEqual(["scripts/build-cuda.mjs"]);
    const buildOn = (machine: object) =>
      slicesOf(PLANS.gpu, { ...LARGE, ...machine }).find(({ name }) => name === "build")?.command;
    const ninety = ["scripts/build-cuda.mjs", "--architectures", "90"];
    expect(buildOn({ architectures: "90" })).toEqual(ninety);
    expect(buildOn({ prebuilt: true })).toEqual(["bench/gpu/prebuilt.mjs"]);
    expect(buildOn({ prebuilt: true, architectures: "90" })).toEqual(ninety);
  });
});

test("alone, no slice builds, runs or needs a peer", () => {
  const alone = slicesOf({ ...PLANS.gpu, alone: true }, LARGE);
  const measuring = alone.filter(({ name }) => /^(engine|serve|long-prompt)/.test(name));
  expect(measuring.length).toBeGreaterThan(0);
  for (const slice of measuring) {
    expect(slice.needs).not.toContain("peers");
    expect(slice.command).toContain("--alone");
    expect(slice.command).not.toContain("--against");
  }
});
