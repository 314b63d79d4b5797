import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kernelDriver } from "../../../src/server/doctor/kernel-driver.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "tacho-smi-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
  return join(folder, name);
}

it("reads the version of the kernel's driver", () => {
  const open =
    "NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  580.65.06  Release Build\nGCC version: 12\n";
  const older = "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 2024\n";
  expect(kernelDriver(file("open", open))).toBe("580.65.06");
  expect(kernelDriver(file("older", older))).toBe("550.54.15");
  expect(kernelDriver(file("other", "of another form"))).toBe("unknown");
  expect(kernelDriver(join(folder, "none"))).toBeNull();
});
