const VARIABLE = /\\\$|\$(?:(\w+)|\{(\w+)(?::?-([^}]*))?\})/g;

/** `text` with `$NAME`, `${NAME}` and `${NAME:-otherwise}` put in; a name without a value is "". */
export function expand(text, variables) {
  return text.replaceAll(VARIABLE, (whole, plain, braced, otherwise) => {
    if (whole === "\\$") return "$";
    return variables[plain ?? braced] || (otherwise ?? "");
  });
}

const PART = /"(?:\\.|[^"\\])*"|'[^']*'|(?:\\.|[^\s"'\\])+/g;
const WORD = new RegExp(`(?:${PART.source})+`, "g");

function unquote(word) {
  return word.replaceAll(PART, (part) => (/^["']/.test(part) ? part.slice(1, -1) : part));
}

/** The words of an instruction, without their quotes. */
export function wordsOf(text) {
  return (text.match(WORD) ?? []).map(unquote);
}

/** What an ENV, LABEL or ARG sets: `A=1 B="2 3"`, the old `ENV A 1`, and an ARG without a value, which is null. */
export function assignmentsOf({ name, text }) {
  const words = wordsOf(text);
  if (name === "ENV" && words.length > 1 && !words[0].includes("="))
    return [[words[0], words.slice(1).join(" ")]];
  return words.map((word) => {
    const at = word.indexOf("=");
    return at < 0 ? [word, null] : [word.slice(0, at), word.slice(at + 1)];
  });
}
