export function regexGrammar(text: string): string {
  throw new Error(`not yet: ${text}`);
}
