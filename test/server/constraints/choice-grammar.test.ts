import { expect, test } from "vitest";
import { choiceGrammar } from "../../../src/server/constraints/choice-grammar.js";
import { ConstraintError } from "../../../src/server/constraints/constraint-error.js";
import { grammarMatches } from "./grammar-matches.js";

const CHOICES = [
  "yes",
  "no",
  "",
  "a b",
  'say "hi"',
  "back\\slash",
  "tab\tline\nend\r",
  "[x-z]^",
  "é 日本 😀",
  "\u2028\u0085\b",
];

test("is matched by its texts and by no others", () => {
  const others = ["ye", "yesno", "yes ", "x", "say hi", "backslash", "\\u0062", "😀"];
  const [matches] = grammarMatches([{ gbnf: choiceGrammar(CHOICES), texts: [...CHOICES, ...others] }]);
  expect(matches).toEqual([...CHOICES.map(() => true), ...others.map(() => false)]);
}, 300_000);

test("is GBNF that reads well", () => {
  expect(choiceGrammar(["yes", 'a "b"', "c\n"])).toBe('root ::= "yes" | "a \\"b\\"" | "c\\n"');
});

test.each([
  ["a\u0000b", "Expected text without U+0000, which no answer can hold."],
  ["a\ud800", "Expected whole characters, but received the surrogate U+D800."],
])("refuses %j, which no answer can be", (text, message) => {
  expect(() => choiceGrammar(["a", text])).toThrow(new ConstraintError(message));
});
