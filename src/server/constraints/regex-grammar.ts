import { ANY_IN_LINE } from "./character-set.js";
import { ConstraintError } from "./constraint-error.js";
import { gbnfClass, gbnfLiteral } from "./gbnf-text.js";
import { readClass, readEscape, type Characters } from "./regex-characters.js";
import { RegexCursor } from "./regex-cursor.js";

export const REGEX_LIMITS = {
  characters: 4096,
  /** Of groups within groups. */
  depth: 64,
  /** The engine's own bound on repetitions. */
  repetitions: 2000,
} as const;

/**
 * GBNF of the texts that a regular expression matches from their first to their last character. The expression is
 * ECMAScript's without flags, as far as it describes a regular language: no look-around, no back-references, no
 * anchors but around the whole, no word boundaries and no Unicode properties.
 *
 * @throws ConstraintError which names what is refused, and where: characters are counted from 1.
 */
export function regexGrammar(pattern: string): string {
  if (/\p{Surrogate}/u.test(pattern))
    throw new ConstraintError("Expected whole characters, but received half of one.");
  const letters = Array.from(pattern);
  if (letters.length > REGEX_LIMITS.characters)
    throw new ConstraintError(
      `Expected at most ${REGEX_LIMITS.characters} characters, but received ${letters.length}.`,
    );
  return new RegexReader(letters).grammar();
}

type Item = { character: number } | { gbnf: string };

/** The expression, or a group of it, as far as it has been read. */
interface Open {
  /** Where its bracket is. */
  start: number;
  alternatives: string[];
  items: Item[];
  /** Whether a repetition may follow: not at the beginning, and not behind another one. */
  repeatable: boolean;
}

/** How groups that begin with these are called, longest first. */
const REFUSED_GROUPS = [
  ["(?<=", "a look-behind"],
  ["(?<!", "a look-behind"],
  ["(?=", "a look-ahead"],
  ["(?!", "a look-ahead"],
  ["(?>", "an atomic group"],
  ["(?#", "a comment"],
  ["(?P=", "a back-reference"],
  ["(?", "flags"],
] as const;

class RegexReader {
  private readonly cursor: RegexCursor;
  private readonly open: Open[] = [newOpen(0)];
  private readonly rules: string[] = [];

  constructor(letters: readonly string[]) {
    this.cursor = new RegexCursor(letters);
  }

  grammar(): string {
    while (!this.cursor.ended) {
      const read = READERS[this.cursor.letter()];
      if (read) read(this);
      else this.readCharacter();
    }
    const whole = this.open.pop()!;
    if (this.open.length > 0) this.cursor.refuse("a group without its end", whole.start);
    return [`root ::= ${alternativesOf(whole)}`, ...this.rules].join("\n");
  }

  private get current(): Open {
    return this.open.at(-1)!;
  }

  readCharacter(): void {
    this.add(this.cursor.letter().codePointAt(0)!);
    this.cursor.at += 1;
  }

  readEscape(): void {
    this.add(readEscape(this.cursor));
  }

  readClass(): void {
    this.add(readClass(this.cursor));
  }

  readAny(): void {
    this.cursor.at += 1;
    this.add(ANY_IN_LINE);
  }

  private add(characters: Characters): void {
    const item = typeof characters === "number" ? { character: characters } : { gbnf: gbnfClass(characters) };
    this.addItem(item);
  }

  private addItem(item: Item): void {
    this.current.items.push(item);
    this.current.repeatable = true;
  }

  openGroup(): void {
    const start = this.cursor.at;
    if (this.open.length > REGEX_LIMITS.depth)
      this.cursor.fail(`at most ${REGEX_LIMITS.depth} groups within each other`, "one more");
    this.skipKindOfGroup();
    this.open.push(newOpen(start));
  }

  /** Whether a group captures, and under which name, does not matter. */
  private skipKindOfGroup(): void {
    const kind = this.cursor.match(/^\((?:\?:|\?P?<[A-Za-z_]\w*>)?/)![0];
    const refused = kind === "(" && REFUSED_GROUPS.find(([text]) => this.cursor.startsWith(text));
    if (refused) this.cursor.refuse(refused[1]);
    this.cursor.at += kind.length;
  }

  closeGroup(): void {
    if (this.open.length === 1) this.cursor.refuse("the end of a group that has no beginning");
    const group = this.open.pop()!;
    this.cursor.at += 1;
    // The engine multiplies repetitions within repetitions and bounds that, but not across named rules.
    const name = `g${this.rules.length + 1}`;
    this.rules.push(`${name} ::= ${alternativesOf(group)}`);
    this.addItem({ gbnf: name });
  }

  nextAlternative(): void {
    this.cursor.at += 1;
    const { alternatives, items } = this.current;
    alternatives.push(sequenceOf(items));
    Object.assign(this.current, { items: [], repeatable: false });
  }

  /** Around all of the answer, anchors say nothing. */
  skipBegin(): void {
    if (this.open.length > 1 || this.current.items.length > 0) this.cursor.refuse("an anchor within it");
    this.cursor.at += 1;
  }

  skipEnd(): void {
    const isLast = ["", "|"].includes(this.cursor.letter(1));
    if (this.open.length > 1 || !isLast) this.cursor.refuse("an anchor within it");
    this.cursor.at += 1;
  }

  repeat(): void {
    this.repeatLast(this.cursor.letter());
  }

  /** A brace that begins no count is a character. */
  repeatCounted(): void {
    const count = this.cursor.match(/^\{(\d+)(?:,(\d*))?\}/);
    if (!count) {
      if (this.cursor.match(/^\{,?\d/)) this.cursor.refuse("a repetition of unknown form");
      this.readCharacter();
      return;
    }
    const [least, most] = [Number(count[1]), Number(count[2] || count[1])];
    if (Math.max(least, most) > REGEX_LIMITS.repetitions)
      this.cursor.fail(`at most ${REGEX_LIMITS.repetitions} repetitions`, "more");
    if (least > most) this.cursor.refuse("a repetition whose larger number comes first");
    this.repeatLast(count[0]);
  }

  private repeatLast(quantifier: string): void {
    const { items, repeatable } = this.current;
    if (!repeatable) this.cursor.refuse("a repetition of nothing");
    items.push({ gbnf: `${gbnfOf(items.pop()!)}${quantifier}` });
    this.current.repeatable = false;
    this.cursor.at += quantifier.length;
    this.cursor.take("?"); // lazy or not, the language is the same
    if (this.cursor.letter() === "+") this.cursor.refuse("a possessive repetition");
  }
}

/** What does not stand for itself. */
const READERS: Readonly<Record<string, (reader: RegexReader) => void>> = {
  "(": (reader) => reader.openGroup(),
  ")": (reader) => reader.closeGroup(),
  "|": (reader) => reader.nextAlternative(),
  "^": (reader) => reader.skipBegin(),
  $: (reader) => reader.skipEnd(),
  "*": (reader) => reader.repeat(),
  "+": (reader) => reader.repeat(),
  "?": (reader) => reader.repeat(),
  "{": (reader) => reader.repeatCounted(),
  "\\": (reader) => reader.readEscape(),
  "[": (reader) => reader.readClass(),
  ".": (reader) => reader.readAny(),
};

function newOpen(start: number): Open {
  return { start, alternatives: [], items: [], repeatable: false };
}

function alternativesOf({ alternatives, items }: Open): string {
  return [...alternatives, sequenceOf(items)].join(" | ");
}

/** Characters in a row make one literal. */
function sequenceOf(items: readonly Item[]): string {
  const parts: string[] = [];
  let characters = "";
  const endLiteral = (): void => {
    if (characters !== "") parts.push(gbnfLiteral(characters));
    characters = "";
  };
  for (const item of items) {
    if ("character" in item) characters += String.fromCodePoint(item.character);
    else {
      endLiteral();
      parts.push(item.gbnf);
    }
  }
  endLiteral();
  return parts.join(" ") || '""';
}

function gbnfOf(item: Item): string {
  return "gbnf" in item ? item.gbnf : gbnfLiteral(String.fromCodePoint(item.character));
}
