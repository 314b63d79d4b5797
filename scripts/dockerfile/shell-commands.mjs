/**
 * One simple command of a RUN.
 * @typedef {object} Command
 * @property {string} program
 * @property {string[]} words its arguments, as written
 * @property {string} text all of it, with its redirections
 * @property {string[]} outputs files that its output goes to
 */

const TOKEN =
  /(?<space>(?:\s|\\\n)+)|(?<separator>&&|\|\||[;|&\n])|(?<redirection>\d*>>?)|(?<word>(?:"(?:\\.|[^"\\])*"|'[^']*'|\$\([^)]*\)|\\[^\n]|[^\s"'\\;|&><])+)/gy;

function tokensOf(text) {
  const tokens = Array.from(text.matchAll(TOKEN));
  const end = tokens.at(-1) ? tokens.at(-1).index + tokens.at(-1)[0].length : 0;
  if (end < text.length) throw new SyntaxError(text.slice(end, end + 20));
  return tokens.filter(({ groups }) => groups.space === undefined);
}

function commandOf(tokens) {
  const isTarget = (_, index) => tokens[index - 1]?.groups.redirection !== undefined;
  const words = tokens.filter((token, index) => token.groups.word !== undefined && !isTarget(token, index));
  const [program = "", ...args] = words.map(([word]) => word);
  return {
    program,
    words: args,
    text: tokens.map(([token]) => token).join(" "),
    outputs: tokens.filter(isTarget).map(([word]) => word),
  };
}

/** @returns {Command[]} @throws SyntaxError with the text that is no simple command */
export function commandsOf(text) {
  const commands = [[]];
  for (const token of tokensOf(text)) {
    if (token.groups.separator === undefined) commands.at(-1).push(token);
    else commands.push([]);
  }
  return commands.filter((tokens) => tokens.length > 0).map(commandOf);
}

/** The same, and no command where the text is not understood. */
export function commandsIn(text) {
  try {
    return commandsOf(text);
  } catch {
    return [];
  }
}
