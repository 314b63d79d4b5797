import { ENTITY_NAMES } from "./entities.js";
import { POLICY_NAMES } from "./policies.js";
import type { SettingTable } from "../setting-kinds.js";

const names = {
  type: "text",
  value: "NAMES",
  default: "",
  defaultHelp: "nothing",
} as const;

export const GUARDRAIL_SETTINGS = {
  block: {
    ...names,
    flag: "block",
    help: `prompts to refuse, by plain patterns, separated by commas, of ${POLICY_NAMES.join(", ")}`,
  },
  redact: {
    ...names,
    flag: "redact",
    help: `what to mask in prompts, by plain patterns, separated by commas, of ${ENTITY_NAMES.join(", ")}`,
  },
} as const satisfies SettingTable;
