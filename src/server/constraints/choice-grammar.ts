export function choiceGrammar(texts: readonly string[]): string {
  return `root ::= ${texts.map((text) => JSON.stringify(text)).join(" | ")}`;
}
