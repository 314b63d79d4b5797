/** A kind of sensitive text. Patterns look at no more than a fixed number of characters from each place on. */
interface Entity {
  pattern: RegExp;
  /** What a pattern cannot tell. */
  confirm?: (found: string) => boolean;
}

/** What --redact replaces and a policy can block, by name. */
export const ENTITIES = {
  email: { pattern: /(?<![\w.+-])[\w.+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){1,8}/gi },
  phone: { pattern: /(?<![\w.+-])(?:\+\d{1,3}[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])/g },
  credit_card: { pattern: /(?<![\w-])\d(?:[ -]?\d){12,18}(?![\w-])/g, confirm: passesLuhn },
  ssn: { pattern: /(?<![\w-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])/g },
  api_key: {
    pattern:
      /\b(?:(?:sk|pk|rk)[-_][\w-]{20,200}|gh[opsu]_\w{36,251}|github_pat_\w{22,244}|AKIA[0-9A-Z]{16}\b|xox[abprs]-[\w-]{10,200})/g,
  },
} as const satisfies Record<string, Entity>;

export type EntityName = keyof typeof ENTITIES;
export const ENTITY_NAMES = Object.keys(ENTITIES) as EntityName[];

/** The check digit of card numbers (ISO/IEC 7812-1). */
function passesLuhn(text: string): boolean {
  const digits = text.replace(/\D/g, "");
  let sum = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = Number(digits.at(-1 - i));
    const doubled = i % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

/** @param onFound Called for each one. */
export function replaceEntities(text: string, name: EntityName, onFound: () => void): string {
  const { pattern, confirm = () => true }: Entity = ENTITIES[name];
  return text.replace(pattern, (found) => {
    if (!confirm(found)) return found;
    onFound();
    return `[${name}]`;
  });
}

export function holdsEntity(text: string, name: EntityName): boolean {
  const { pattern, confirm = () => true }: Entity = ENTITIES[name];
  for (const [found] of text.matchAll(pattern)) if (confirm(found)) return true;
  return false;
}
