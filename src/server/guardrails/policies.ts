import { holdsEntity, type EntityName } from "./entities.js";

/** One thing that a policy stops, by a name that metrics and the error tell. */
interface Rule {
  reason: string;
  stops: (text: string) => boolean;
}

/** Of those that no prompt needs; an e-mail address or a telephone number is often the subject. */
const SECRETS: readonly EntityName[] = ["credit_card", "ssn", "api_key"];

const phrase = (reason: string, pattern: RegExp): Rule => ({ reason, stops: (text) => pattern.test(text) });

/**
 * What --block stops. They are patterns: they catch what is plain, and whoever means to get past them will. Words may
 * stand at most four characters of space apart, so that no text takes long.
 */
export const POLICIES = {
  "pii-detection": SECRETS.map((name) => ({ reason: name, stops: (text) => holdsEntity(text, name) })),
  "prompt-injection": [
    phrase(
      "override_instructions",
      /\b(?:ignore|disregard|forget)\s{1,4}(?:all\s{1,4}|any\s{1,4})?(?:of\s{1,4})?(?:the\s{1,4}|your\s{1,4}|my\s{1,4})?(?:previous|prior|above|earlier)\s{1,4}(?:instruction|prompt|rule|message)/i,
    ),
    phrase(
      "reveal_system_prompt",
      /\b(?:reveal|print|show|repeat|output|tell)\s{1,4}(?:me\s{1,4})?(?:your|the)\s{1,4}(?:hidden\s{1,4}|full\s{1,4})?system\s{1,4}prompt\b/i,
    ),
    phrase("change_role", /\byou\s{1,4}are\s{1,4}now\s{1,4}(?:in\s{1,4})?(?:dan|developer\s{1,4}mode)\b/i),
  ],
} as const satisfies Record<string, readonly Rule[]>;

export type PolicyName = keyof typeof POLICIES;
export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[];

/** Why the policy stops the text, or null when it does not. */
export function reasonToStop(text: string, policy: PolicyName): string | null {
  const rules: readonly Rule[] = POLICIES[policy];
  return rules.find(({ stops }) => stops(text))?.reason ?? null;
}
