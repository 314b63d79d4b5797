/** What a PromQL expression asks for by name. Debian's promtool cannot print that, so the tokens are read here. */
export interface Selector {
  /** Null where braces have no name before or in them. */
  readonly metric: string | null;
  readonly matchers: readonly Matcher[];
}

export interface Matcher {
  readonly label: string;
  readonly op: "=" | "!=" | "=~" | "!~";
  /** As quoted, with its escapes; a dashboard's variables stand in it as they are. */
  readonly value: string;
}

type Kind = "space" | "string" | "variable" | "number" | "name" | "operator" | "mark";

interface Token {
  readonly kind: Kind;
  readonly text: string;
}

/** In this order. A dashboard's variables, such as $__rate_interval and ${model:regex}, stand for any token. */
const TOKENS: readonly (readonly [Kind, RegExp])[] = [
  ["space", /(?:\s|#[^\n]*)+/y],
  ["string", /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|`[^`]*`/y],
  ["variable", /\$\{[^}]*\}|\$\w+|\[\[\w+\]\]/y],
  ["number", /(?:0x[\da-f]+|\d[\d.]*(?:e[+-]?\d+)?(?:ms|[smhdwy])?|\.\d+)[\dsmhdwy]*/iy],
  ["name", /[a-z_:][\w:]*/iy],
  ["operator", /=~|!~|!=|==|<=|>=|[-+*/%^<>=@,:]/y],
  ["mark", /[(){}[\]]/y],
];

/** Words that are followed by labels in parentheses. */
const LABEL_LISTS = new Set(["by", "without", "on", "ignoring", "group_left", "group_right"]);
const WORDS = new Set([...LABEL_LISTS, "and", "or", "unless", "atan2", "bool", "offset", "inf", "nan"]);

/** Every metric that an expression names, each once. */
export function metricsOf(expression: string): string[] {
  const names = selectorsOf(expression).map(({ metric }) => metric);
  return [...new Set(names.filter((name) => name !== null))];
}

/** Every selector of an expression, from left to right. */
export function selectorsOf(expression: string): Selector[] {
  return new Reading(tokensOf(expression)).selectors();
}

/** Every label that an expression groups, matches or joins series by, each once; not those in selectors' braces. */
export function groupingLabelsOf(expression: string): string[] {
  const reading = new Reading(tokensOf(expression));
  reading.selectors();
  return [...new Set(reading.groupingLabels)];
}

function tokensOf(expression: string): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < expression.length;) {
    const token = tokenAt(expression, at);
    if (token.kind !== "space") tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(expression: string, at: number): Token {
  for (const [kind, pattern] of TOKENS) {
    pattern.lastIndex = at;
    const text = pattern.exec(expression)?.[0];
    if (text !== undefined) return { kind, text };
  }
  throw new Error(`Expected PromQL for an expression but received ${JSON.stringify(expression.slice(at))}.`);
}

class Reading {
  readonly groupingLabels: string[] = [];
  #at = 0;

  constructor(readonly tokens: readonly Token[]) {}

  selectors(): Selector[] {
    const found: Selector[] = [];
    while (this.#at < this.tokens.length) {
      const selector = this.#next();
      if (selector) found.push(selector);
    }
    return found;
  }

  #next(): Selector | null {
    const { kind, text } = this.tokens[this.#at]!;
    if (text === "{") return this.#selector(null);
    this.#at += 1;
    if (text === "[") this.#until("]");
    if (kind !== "name") return null;
    return this.#named(text);
  }

  /** What a name is, is told by what follows it. */
  #named(name: string): Selector | null {
    const word = name.toLowerCase();
    if (LABEL_LISTS.has(word) && this.#follows("(")) {
      this.#at += 1;
      const labels = this.#until(")").filter(({ kind }) => kind === "name");
      this.groupingLabels.push(...labels.map(({ text }) => text));
      return null;
    }
    const isWord = WORDS.has(word) || this.#follows("(") || LABEL_LISTS.has(this.#ahead()?.text ?? "");
    return isWord && !this.#follows("{") ? null : this.#selector(name);
  }

  #selector(name: string | null): Selector {
    if (!this.#follows("{")) return { metric: name, matchers: [] };
    this.#at += 1;
    const inside = this.#until("}");
    const matchers = inside.flatMap(({ kind, text }, i) => matcherAt(inside, i, kind, text));
    const quoted = inside.findIndex(({ kind }, i) => kind === "string" && !isOperator(inside[i - 1]));
    const named = matchers.find(({ label, op }) => label === "__name__" && op === "=")?.value;
    const metric = name ?? named ?? (quoted < 0 ? null : unquoted(inside[quoted]!.text));
    return { metric, matchers: matchers.filter(({ label }) => label !== "__name__") };
  }

  #ahead(): Token | undefined {
    return this.tokens[this.#at];
  }

  #follows(text: string): boolean {
    return this.#ahead()?.text === text;
  }

  /** The tokens before the next `end`, which is passed. */
  #until(end: string): readonly Token[] {
    const from = this.#at;
    while (this.#ahead() !== undefined && !this.#follows(end)) this.#at += 1;
    return this.tokens.slice(from, this.#at++);
  }
}

function isOperator(token: Token | undefined): boolean {
  return token?.kind === "operator" && token.text !== ",";
}

function matcherAt(inside: readonly Token[], i: number, kind: Kind, text: string): Matcher[] {
  const [op, value] = [inside[i + 1], inside[i + 2]];
  if (kind !== "name" || !isOperator(op) || value === undefined) return [];
  return [{ label: text, op: op!.text as Matcher["op"], value: unquoted(value.text) }];
}

function unquoted(text: string): string {
  return /^["'`]/.test(text) ? text.slice(1, -1) : text;
}
