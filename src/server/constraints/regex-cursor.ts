import { ConstraintError } from "./constraint-error.js";

/** Where a regular expression has been read up to. Counts characters rather than UTF-16 units. */
export class RegexCursor {
  at = 0;

  constructor(private readonly letters: readonly string[]) {}

  get ended(): boolean {
    return this.at >= this.letters.length;
  }

  /** Empty behind the end. */
  letter(ahead = 0): string {
    return this.letters[this.at + ahead] ?? "";
  }

  startsWith(text: string): boolean {
    return this.next(text.length) === text;
  }

  /** Goes on if `text` comes next. */
  take(text: string): boolean {
    const comes = this.startsWith(text);
    if (comes) this.at += text.length;
    return comes;
  }

  /** What comes next as `pattern` matches it from its beginning; no longer than any name or number should be. */
  match(pattern: RegExp): RegExpExecArray | null {
    return pattern.exec(this.next(64));
  }

  /** @throws ConstraintError */
  refuse(what: string, index = this.at): never {
    this.fail(`a regular expression without ${what}`, "one", index);
  }

  /** @throws ConstraintError */
  fail(expected: string, received: string, index = this.at): never {
    const seen = this.letters.slice(index, index + 8).join("");
    const where = seen === "" ? "at its end" : `at character ${index + 1}, "${seen}"`;
    throw new ConstraintError(`Expected ${expected}, but received ${received} ${where}.`);
  }

  private next(count: number): string {
    return this.letters.slice(this.at, this.at + count).join("");
  }
}
