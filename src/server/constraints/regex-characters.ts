import { SHORTHANDS, complement, union, type CharacterSet } from "./character-set.js";
import { LAST_CHARACTER, type CharacterRange } from "./gbnf-text.js";
import type { RegexCursor } from "./regex-cursor.js";

/** A code point, or what a class or a shorthand such as \d stands for. */
export type Characters = number | CharacterSet;

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { n: 0x0a, r: 0x0d, t: 0x09, f: 0x0c, v: 0x0b };

/** How letters behind a backslash that no regular language has are called. */
const REFUSED_ESCAPES: readonly (readonly [letters: RegExp, what: string])[] = [
  [/[1-9k]/, "a back-reference"],
  [/[bB]/, "a word boundary"],
  [/[pP]/, "a Unicode property"],
  [/[AzZG]/, "an anchor within it"],
  [/0/, "U+0000"],
];

/** What \xHH, \uHHHH, \u{H…} and \x{H…} give, and a pair of surrogates as in JSON. */
const NUMBERED = [
  /^\\[xu]\{([0-9A-Fa-f]{1,6})\}/,
  /^\\u([Dd][89ABab][0-9A-Fa-f]{2})\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})/,
  /^\\x([0-9A-Fa-f]{2})/,
  /^\\u([0-9A-Fa-f]{4})/,
];

/** Reads a backslash and what belongs to it. @throws ConstraintError */
export function readEscape(cursor: RegexCursor): Characters {
  const letter = cursor.letter(1);
  const value = SHORTHANDS[letter] ?? SIMPLE_ESCAPES[letter];
  if (value !== undefined) {
    cursor.at += 2;
    return value;
  }
  if (letter === "x" || letter === "u") return readNumbered(cursor);
  const refused = REFUSED_ESCAPES.find(([letters]) => letters.test(letter));
  if (refused) cursor.refuse(refused[1]);
  if (letter === "" || /[\p{L}\p{N}]/u.test(letter)) cursor.refuse("an escape of unknown meaning");
  cursor.at += 2;
  return letter.codePointAt(0)!;
}

function readNumbered(cursor: RegexCursor): number {
  const digits = NUMBERED.map((pattern) => cursor.match(pattern)).find((found) => found !== null);
  if (!digits) cursor.refuse("an escape of unknown meaning");
  const [high, low] = digits.slice(1).map((part) => parseInt(part, 16)) as [number, number?];
  const code = low === undefined ? high : 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
  if (code === 0) cursor.refuse("U+0000");
  if (code > LAST_CHARACTER || (code >= 0xd800 && code <= 0xdfff)) cursor.refuse("half a character");
  cursor.at += digits[0].length;
  return code;
}

/** Reads from "[" to "]". @throws ConstraintError */
export function readClass(cursor: RegexCursor): CharacterSet {
  const start = cursor.at;
  cursor.at += 1;
  const negated = cursor.take("^");
  const ranges: CharacterRange[] = [];
  while (!cursor.take("]")) {
    if (cursor.ended) cursor.refuse("a class without its end", start);
    ranges.push(...readRange(cursor));
  }
  const set = negated ? complement(ranges) : union(ranges);
  if (ranges.length === 0 || set.length === 0) cursor.refuse("a class of no characters", start);
  return set;
}

function readRange(cursor: RegexCursor): readonly CharacterRange[] {
  const start = cursor.at;
  const first = readMember(cursor);
  const isRange = cursor.letter() === "-" && !["]", ""].includes(cursor.letter(1));
  if (!isRange) return typeof first === "number" ? [[first, first]] : first;
  cursor.at += 1;
  const last = readMember(cursor);
  if (typeof first !== "number" || typeof last !== "number")
    cursor.refuse("a range from or to a class", start);
  if (first > last) cursor.refuse("a range that begins behind its end", start);
  return [[first, last]];
}

function readMember(cursor: RegexCursor): Characters {
  if (cursor.startsWith("\\b")) {
    cursor.at += 2;
    return 0x08;
  }
  if (cursor.letter() === "\\") return readEscape(cursor);
  // In Rust, these are classes within classes and operations on them; in ECMAScript, characters.
  if (["[", "&&", "--", "~~"].some((text) => cursor.startsWith(text)))
    cursor.refuse("a class within a class");
  const code = cursor.letter().codePointAt(0)!;
  cursor.at += 1;
  return code;
}
