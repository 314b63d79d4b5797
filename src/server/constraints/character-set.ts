import { LAST_CHARACTER, type CharacterRange } from "./gbnf-text.js";

/** Sorted, and neither overlapping nor adjacent. */
export type CharacterSet = readonly CharacterRange[];

export function union(ranges: readonly CharacterRange[]): CharacterSet {
  const merged: [number, number][] = [];
  for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
    const before = merged.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

/** Every character but those of `set`; U+0000 and surrogates, which no answer holds, are never among them. */
export function complement(set: readonly CharacterRange[]): CharacterSet {
  const excluded = union([...set, [0, 0], [0xd800, 0xdfff]]);
  const begins = excluded.map(([, last]) => last + 1);
  const ends = [...excluded.slice(1).map(([first]) => first - 1), LAST_CHARACTER];
  return begins.flatMap((first, i) => (first <= ends[i]! ? [[first, ends[i]!] as const] : []));
}

const DIGITS: CharacterSet = [[0x30, 0x39]];
const WORD = union([...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]]);
const LINE_ENDS = union([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);
/** ECMAScript's white space and line ends. */
const SPACE = union([
  ...LINE_ENDS,
  [0x09, 0x0c],
  ...[0x20, 0xa0, 0x1680, 0x202f, 0x205f, 0x3000, 0xfeff].map((code) => [code, code] as const),
  [0x2000, 0x200a],
]);

/** What a letter behind a backslash stands for, alone and in classes. */
export const SHORTHANDS: Readonly<Record<string, CharacterSet>> = {
  d: DIGITS,
  D: complement(DIGITS),
  w: WORD,
  W: complement(WORD),
  s: SPACE,
  S: complement(SPACE),
};

/** What "." is without flags. */
export const ANY_IN_LINE = complement(LINE_ENDS);
