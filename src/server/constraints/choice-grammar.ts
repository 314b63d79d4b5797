import { gbnfLiteral } from "./gbnf-text.js";

/** GBNF of which exactly one of `texts` is the answer. @throws ConstraintError */
export function choiceGrammar(texts: readonly string[]): string {
  return `root ::= ${texts.map(gbnfLiteral).join(" | ")}`;
}
