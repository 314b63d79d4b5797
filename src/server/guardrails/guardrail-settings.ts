import { UsageError, type Settings } from "../settings.js";
import { ENTITY_NAMES } from "./entities.js";
import type { GuardrailOptions } from "./guardrails.js";
import { POLICY_NAMES } from "./policies.js";

/** @throws UsageError */
export function guardrailOptions({ block, redact }: Pick<Settings, "block" | "redact">): GuardrailOptions {
  return { block: listed(block, POLICY_NAMES, "--block"), redact: listed(redact, ENTITY_NAMES, "--redact") };
}

function listed<N extends string>(given: string, known: readonly N[], flag: string): N[] {
  if (given === "") return [];
  const names = given.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name as N));
  if (unknown === undefined) return names as N[];
  throw new UsageError(`Expected some of ${known.join(", ")} for ${flag}, but received '${unknown}'.`);
}
