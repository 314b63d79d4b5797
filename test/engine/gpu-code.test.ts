import { expect, it } from "vitest";
import { codeFor } from "../../src/engine/gpu-code.js";
import type { GpuCode } from "../../src/engine/library-findings.js";

it.each<[capability: string, architectures: string[], code: GpuCode]>([
  ["9.0", ["80", "90"], "machine"],
  ["9.0", ["80", "100"], "ptx"],
  ["9.0", ["80-real", "100"], "none"],
  ["8.9", ["86"], "machine"],
  ["8.9", ["86-real"], "machine"],
  ["8.0", ["86"], "none"],
  ["7.5", ["80", "86", "89", "90", "100", "120"], "none"],
  ["10.3", ["100"], "machine"],
  ["11.0", ["80", "86", "89", "90", "100", "120"], "ptx"],
  // llama.cpp compiles 12X as 12Xa.
  ["12.0", ["120-real"], "machine"],
  ["12.0", ["120"], "machine"],
  ["12.1", ["120"], "none"],
  ["12.1", ["120", "90"], "ptx"],
  ["13.0", ["120"], "none"],
  ["12.1", ["120f"], "machine"],
  ["13.0", ["120f"], "none"],
  ["9.0", ["90a"], "machine"],
  ["10.0", ["90a"], "none"],
  ["12.1", ["120a-real"], "none"],
  ["9.0", ["90-virtual"], "ptx"],
  ["9.0", ["90a-virtual"], "ptx"],
  ["10.0", ["10-real"], "none"],
  ["9.0", ["native"], "none"],
  ["[N/A]", ["80"], "none"],
])("a GPU of %s is served by code for %j: %s", (capability, architectures, code) => {
  expect(codeFor(capability, architectures)).toBe(code);
});
