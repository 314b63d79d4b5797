import { describe, expect, test } from "vitest";
import { ConstraintError } from "../../../src/server/constraints/constraint-error.js";
import { regexGrammar } from "../../../src/server/constraints/regex-grammar.js";
import { grammarMatches } from "./grammar-matches.js";

/** What JavaScript itself says, of the whole text and with characters rather than UTF-16 units. */
function matchesInJavaScript(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`, "u").test(text);
}

function random(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % limit;
  };
}

const PIECES =
  "a b c é 1 _ \\/ . \\d \\w \\s \\D \\W \\S \\n \\x61 \\u0062 \\u{1F600} [ab] [^a] [a-c\\d] [^\\W_] [\\S\\n] [à-ü-] [.^$*]";
const REPETITIONS = ["", "", "", "*", "+", "?", "*?", "{2}", "{1,}", "{0,2}?", "{1,3}"];

function randomPattern(below: (limit: number) => number, depth = 2): string {
  const pieces = PIECES.split(" ");
  const piece = (): string => {
    if (depth === 0 || below(4) > 0) return pieces[below(pieces.length)]!;
    return `${["(", "(?:", `(?<n${below(1e9)}>`][below(3)]!}${randomPattern(below, depth - 1)})`;
  };
  const sequence = () =>
    Array.from({ length: below(4) }, () => piece() + REPETITIONS[below(REPETITIONS.length)]!);
  return Array.from({ length: 1 + (below(3) === 0 ? 1 : 0) }, () => sequence().join("")).join("|");
}

function randomText(below: (limit: number) => number): string {
  const letters = Array.from("aabbcé1_-. \n\u2028\u00a0😀à^$");
  return Array.from({ length: below(6) }, () => letters[below(letters.length)]!).join("");
}

describe("the grammar of a regular expression", () => {
  test("matches what JavaScript matches", () => {
    const below = random(1);
    const cases = Array.from({ length: 1500 }, () => {
      const pattern = randomPattern(below);
      return {
        pattern,
        gbnf: regexGrammar(pattern),
        texts: Array.from({ length: 20 }, () => randomText(below)),
      };
    });
    const matches = grammarMatches(cases);
    const wrong = cases.flatMap(({ pattern, texts }, i) =>
      texts.flatMap((text, j) =>
        matches[i]![j] === matchesInJavaScript(pattern, text) ? [] : [{ pattern, text }],
      ),
    );
    expect(wrong).toEqual([]);
    expect(matches.flat().filter(Boolean).length).toBeGreaterThan(3000);
  }, 300_000);

  test.each([
    ["yes|no", 'root ::= "yes" | "no"'],
    ["^a$", 'root ::= "a"'],
    ["^a|b$", 'root ::= "a" | "b"'],
    ["", 'root ::= ""'],
    ["a|", 'root ::= "a" | ""'],
    ["abc*?d", 'root ::= "ab" "c"* "d"'],
    ["(a|b){2,3}", 'root ::= g1{2,3}\ng1 ::= "a" | "b"'],
    ["[+-]?\\d{4}", "root ::= [+\\-]? [0-9]{4}"],
    ["a{b}", 'root ::= "a{b}"'],
    ["\\/\\.\\[\\{", 'root ::= "/.\\[{"'],
    ["\\ud83d\\ude00", 'root ::= "😀"'],
    ["[^\\u0001-\\uffff]", "root ::= [𐀀-\\U0010FFFF]"],
  ])("of %s is what one would write", (pattern, gbnf) => {
    expect(regexGrammar(pattern)).toBe(gbnf);
  });

  test("repeats what is repeated already", () => {
    const texts = ["", "a".repeat(40), "a".repeat(2500), "b"];
    const patterns = ["((a{1,50}){50})?", "(a*)*", "((a?){50}){50}", "(((a)))*", "(|a)+"];
    const matches = grammarMatches(patterns.map((pattern) => ({ gbnf: regexGrammar(pattern), texts })));
    expect(matches).toEqual([
      [true, false, true, false],
      [true, true, true, false],
      [true, true, true, false],
      [true, true, true, false],
      [true, true, true, false],
    ]);
  }, 300_000);
});

describe("a regular expression", () => {
  test.each([
    ["a(?=b)", 'without a look-ahead, but received one at character 2, "(?=b)".'],
    ["(?!b)", 'without a look-ahead, but received one at character 1, "(?!b)".'],
    ["x(?<=b)", 'without a look-behind, but received one at character 2, "(?<=b)".'],
    ["(?<!b)c", 'without a look-behind, but received one at character 1, "(?<!b)c".'],
    ["(a)\\1", 'without a back-reference, but received one at character 4, "\\1".'],
    ["(?<n>a)\\k<n>", 'without a back-reference, but received one at character 8, "\\k<n>".'],
    ["(?P<n>a)(?P=n)", 'without a back-reference, but received one at character 9, "(?P=n)".'],
    ["a^b", 'without an anchor within it, but received one at character 2, "^b".'],
    ["a$b", 'without an anchor within it, but received one at character 2, "$b".'],
    ["(^a)", 'without an anchor within it, but received one at character 2, "^a)".'],
    ["(a$)", 'without an anchor within it, but received one at character 3, "$)".'],
    ["\\Aa", 'without an anchor within it, but received one at character 1, "\\Aa".'],
    ["a\\b", 'without a word boundary, but received one at character 2, "\\b".'],
    ["é\\Bx", 'without a word boundary, but received one at character 2, "\\Bx".'],
    ["\\p{L}+", 'without a Unicode property, but received one at character 1, "\\p{L}+".'],
    ["[\\P{L}]", 'without a Unicode property, but received one at character 2, "\\P{L}]".'],
    ["(?i)a", 'without flags, but received one at character 1, "(?i)a".'],
    ["(?>a)", 'without an atomic group, but received one at character 1, "(?>a)".'],
    ["(?#a)", 'without a comment, but received one at character 1, "(?#a)".'],
    ["a++", 'without a possessive repetition, but received one at character 3, "+".'],
    ["*a", 'without a repetition of nothing, but received one at character 1, "*a".'],
    ["a**", 'without a repetition of nothing, but received one at character 3, "*".'],
    ["(|*)", 'without a repetition of nothing, but received one at character 3, "*)".'],
    ["^*", 'without a repetition of nothing, but received one at character 2, "*".'],
    [
      "a{3,2}",
      'without a repetition whose larger number comes first, but received one at character 2, "{3,2}".',
    ],
    ["a{,2}", 'without a repetition of unknown form, but received one at character 2, "{,2}".'],
    ["(a", 'without a group without its end, but received one at character 1, "(a".'],
    ["a)", 'without the end of a group that has no beginning, but received one at character 2, ")".'],
    ["[a", 'without a class without its end, but received one at character 1, "[a".'],
    ["[]", 'without a class of no characters, but received one at character 1, "[]".'],
    ["[^\\s\\S]", 'without a class of no characters, but received one at character 1, "[^\\s\\S]".'],
    ["[b-a]", 'without a range that begins behind its end, but received one at character 2, "b-a]".'],
    ["[\\d-z]", 'without a range from or to a class, but received one at character 2, "\\d-z]".'],
    ["[a[b]]", 'without a class within a class, but received one at character 3, "[b]]".'],
    ["[a&&b]", 'without a class within a class, but received one at character 3, "&&b]".'],
    ["\\q", 'without an escape of unknown meaning, but received one at character 1, "\\q".'],
    ["a\\", 'without an escape of unknown meaning, but received one at character 2, "\\".'],
    ["\\u12", 'without an escape of unknown meaning, but received one at character 1, "\\u12".'],
    ["\\ud800", 'without half a character, but received one at character 1, "\\ud800".'],
    ["\\u{110000}", 'without half a character, but received one at character 1, "\\u{11000".'],
    ["\\x00", 'without U+0000, but received one at character 1, "\\x00".'],
    ["\\0", 'without U+0000, but received one at character 1, "\\0".'],
  ])("%s is refused with what is wrong and where", (pattern, message) => {
    expect(() => regexGrammar(pattern)).toThrow(
      new ConstraintError(`Expected a regular expression ${message}`),
    );
  });

  test.each([
    ["a".repeat(4097), "Expected at most 4096 characters, but received 4097."],
    [
      `${"(".repeat(65)}${")".repeat(65)}`,
      'Expected at most 64 groups within each other, but received one more at character 65, "()))))))".',
    ],
    ["a{2001}", 'Expected at most 2000 repetitions, but received more at character 2, "{2001}".'],
    [
      "a{0,99999999999999999999}",
      'Expected at most 2000 repetitions, but received more at character 2, "{0,99999".',
    ],
    ["\ud800", "Expected whole characters, but received half of one."],
  ])("is bounded", (pattern, message) => {
    expect(() => regexGrammar(pattern)).toThrow(new ConstraintError(message));
  });

  test("as long as may be gives a grammar that the engine can take", () => {
    const patterns = ["[\\S]", "\\s", "\\W?", "(a)", "[^é]", "😀"].map((part) =>
      part.repeat(Math.floor(4096 / Array.from(part).length)),
    );
    const texts = [""];
    const cases = patterns.map((pattern) => ({ gbnf: regexGrammar(pattern), texts }));
    expect(Math.max(...cases.map(({ gbnf }) => Buffer.byteLength(gbnf)))).toBeLessThan(512 * 1024);
    expect(grammarMatches(cases).flat()).toEqual([false, false, true, false, false, false]);
  }, 300_000);
});
