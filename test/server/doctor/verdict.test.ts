import { expect, it } from "vitest";
import { runChecks } from "../../../src/server/doctor/checks.js";
import type { Facts } from "../../../src/server/doctor/facts.js";
import { verdict } from "../../../src/server/doctor/verdict.js";
import { gpuMachine, plainMachine } from "./plain-machine.js";

const cpuOnly = { value: { devices: [{ backend: "cpu", name: "A processor" }], problem: "" } };

it.each<[facts: Facts, sentence: string]>([
  [plainMachine(), "--gpu auto will use the CPU with 1 thread."],
  [plainMachine({ gpu: "off" }), "--gpu off will use the CPU with 1 thread."],
  [gpuMachine(), "--gpu auto will use NVIDIA H200 through CUDA."],
  [
    { ...gpuMachine(), devices: { ...plainMachine().devices, cuda: cpuOnly } },
    "--gpu auto will use the CPU with 1 thread.",
  ],
  [
    { ...plainMachine(), ports: [{ flag: "port", host: "h", port: 1, problem: "Taken." }] },
    "tacho cannot serve with these settings: see port.",
  ],
])("says what will run, or what hinders it", (facts, sentence) => {
  expect(verdict(runChecks(facts), facts)).toBe(sentence);
});
