import { execFile } from "node:child_process";

const LIMIT_MS = 10_000;
const QUERY = ["--query-gpu=uuid,compute_cap", "--format=csv,noheader"];

/** Compute capabilities of this machine's NVIDIA GPUs, by uuid. Empty where nvidia-smi does not tell. Never rejects. */
export function computeCapabilities(
  program = "nvidia-smi",
  limitMs = LIMIT_MS,
): Promise<Record<string, string>> {
  return new Promise((resolve) => {
    const child = execFile(program, QUERY, (_, stdout) => {
      clearTimeout(timer);
      resolve(parsed(stdout));
    });
    // One that hangs in the driver is not even ended by this, and so not waited for.
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      resolve({});
    }, limitMs);
  });
}

/** Lines of "GPU-…, 9.0"; whatever else it says is left out. */
function parsed(text: string): Record<string, string> {
  const lines = text.matchAll(/^(\S+), (\d+\.\d+)$/gm);
  return Object.fromEntries(Array.from(lines, ([, uuid, capability]) => [uuid!, capability!]));
}
