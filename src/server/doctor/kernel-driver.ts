import { readFileSync } from "node:fs";

/** The version of the kernel's driver, null where none is loaded. A container sees it without NVML as well. */
export function kernelDriver(file = "/proc/driver/nvidia/version"): string | null {
  try {
    return /\b(\d+\.\d+(\.\d+)?)\b/.exec(readFileSync(file, "utf8"))?.[1] ?? "unknown";
  } catch {
    return null;
  }
}
