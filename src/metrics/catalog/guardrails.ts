import { defineMetrics } from "./define-metrics.js";

/** What --block and --redact do. */
export const guardrailMetrics = defineMetrics({
  policyBlocks: {
    type: "counter",
    name: "tacho_policy_blocks_total",
    help: "Requests stopped by a policy of --block, by policy and by what it found.",
    labels: {
      type: ["pii-detection", "prompt-injection"],
      reason: "configured",
    },
  },
  redactions: {
    type: "counter",
    name: "tacho_redactions_total",
    help: "Pieces of sensitive text masked in prompts by --redact, by kind.",
    labels: { field: ["email", "phone", "credit_card", "ssn", "api_key"] },
  },
});
