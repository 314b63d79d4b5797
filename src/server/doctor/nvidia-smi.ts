import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";

const LIMIT_MS = 10_000;
const QUERY = ["--query-gpu=uuid,compute_cap", "--format=csv,noheader"];

/** GPUs' compute capabilities, by uuid, which telemetry does not record. Empty without nvidia-smi. Never rejects. */
export function computeCapabilities(program = "nvidia-smi"): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    const child = execFile(program, QUERY, { timeout: LIMIT_MS, killSignal: "SIGKILL" }, (_, stdout) =>
      resolve(parseCapabilities(stdout)),
    );
    // One that hangs in the driver is not even killed.
    setTimeout(() => resolve({}), LIMIT_MS).unref();
    child.unref();
  });
}

/** Lines of "GPU-…, 9.0"; whatever else it says is left out. */
export function parseCapabilities(text: string): Record<string, string> {
  const lines = text.matchAll(/^(\S+), (\d+\.\d+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, uuid, capability]) => [uuid!, capability!]));
}

/** The version of the kernel's driver, null where none is loaded. A container sees it without NVML as well. */
export function kernelDriver(file = "/proc/driver/nvidia/version"): string | null {
  try {
    return /\b(\d+\.\d+(\.\d+)?)\b/.exec(readFileSync(file, "utf8"))?.[1] ?? "unknown";
  } catch {
    return null;
  }
}
