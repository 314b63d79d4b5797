import { BACK_END_CHECKS } from "./checks/back-end-checks.js";
import { DRIVER_CHECKS } from "./checks/driver-checks.js";
import { HOST_CHECKS } from "./checks/host-checks.js";
import { MODEL_CHECKS } from "./checks/model-checks.js";
import { PROGRAM_CHECKS } from "./checks/program-checks.js";
import type { Facts } from "./facts.js";
import type { Check, Finding } from "./finding.js";

/** Every check, once, in the order in which they are shown. */
export const CHECKS: readonly Check[] = [
  ...PROGRAM_CHECKS,
  ...DRIVER_CHECKS,
  ...BACK_END_CHECKS,
  ...HOST_CHECKS,
  ...MODEL_CHECKS,
];

export interface Checked {
  check: Check;
  finding: Finding;
}

export function runChecks(facts: Facts): Checked[] {
  return CHECKS.map((check) => ({ check, finding: check.run(facts) }));
}
