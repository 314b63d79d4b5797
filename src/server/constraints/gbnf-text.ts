import { ConstraintError } from "./constraint-error.js";

/** Inclusive code points. */
export type CharacterRange = readonly [first: number, last: number];

export const LAST_CHARACTER = 0x10ffff;

/** What GBNF itself means something by, in literals or in classes, and the ends of lines. */
const ESCAPES: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from('"\\[]-', (letter) => [letter, `\\${letter}`])),
  "\t": "\\t",
  "\r": "\\r",
  "\n": "\\n",
};
/** Means something at the beginning of a class, or does not show. */
const NUMBERED = /[\^\p{C}\p{Z}]/u;

/** @param text Well-formed and without U+0000, which no answer can hold. @throws ConstraintError */
export function gbnfLiteral(text: string): string {
  return `"${Array.from(text, (letter) => gbnfCharacter(letter.codePointAt(0)!)).join("")}"`;
}

export function gbnfClass(ranges: readonly CharacterRange[]): string {
  const parts = ranges.map(([first, last]) =>
    first === last ? gbnfCharacter(first) : `${gbnfCharacter(first)}-${gbnfCharacter(last)}`,
  );
  return `[${parts.join("")}]`;
}

function gbnfCharacter(code: number): string {
  if (code === 0) throw new ConstraintError("Expected text without U+0000, which no answer can hold.");
  if (code >= 0xd800 && code <= 0xdfff)
    throw new ConstraintError(`Expected whole characters, but received the surrogate U+${hex(code, 4)}.`);
  const letter = String.fromCodePoint(code);
  if (ESCAPES[letter] !== undefined) return ESCAPES[letter];
  if (letter === " " || !NUMBERED.test(letter)) return letter;
  return code <= 0xffff ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).toUpperCase().padStart(digits, "0");
}
