import { gpuDevices } from "./checks/back-end-checks.js";
import type { Checked } from "./checks.js";
import type { Facts } from "./facts.js";

/** What will run, or what keeps it from it, in one sentence. */
export function verdict(checked: readonly Checked[], facts: Facts): string {
  const failed = checked.filter(({ finding }) => finding.status === "failure");
  if (failed.length > 0)
    return `tacho cannot serve with these settings: see ${failed.map(({ check }) => check.title).join(", ")}.`;
  return `--gpu ${facts.settings.gpu} will use ${place(facts)}.`;
}

function place({ choice, devices, settings: { threads } }: Facts): string {
  const variant = "value" in choice ? choice.value.variant : "cpu";
  const probed = devices[variant];
  const gpus = probed !== null && "value" in probed ? gpuDevices(probed.value) : [];
  if (gpus.length === 0) return `the CPU with ${threads} thread${threads === 1 ? "" : "s"}`;
  return `${gpus.map(({ name }) => name).join(", ")} through ${variant === "cuda" ? "CUDA" : "Vulkan"}`;
}
