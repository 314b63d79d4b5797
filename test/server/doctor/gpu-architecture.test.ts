import { expect, it } from "vitest";
import { holdsCodeFor } from "../../../src/server/doctor/gpu-architecture.js";

it.each<[capability: string, architectures: string[], holds: boolean]>([
  ["9.0", ["80", "90"], true],
  ["9.0", ["80", "100"], false],
  ["8.9", ["86"], true],
  ["8.0", ["86"], false],
  ["12.0", ["120-real"], true],
  ["12.1", ["120f"], true],
  ["9.0", ["90a"], true],
  ["12.1", ["120a-real"], false],
  ["9.0", ["90-virtual"], false],
  ["10.0", ["10"], false],
  ["9.0", ["native"], false],
])("a GPU of %s is served by code for %j: %s", (capability, architectures, holds) => {
  expect(holdsCodeFor(capability, architectures)).toBe(holds);
});
