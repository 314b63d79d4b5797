/** An option that cannot be: which, what was expected and what came, in one line. */
export class OptionError extends Error {
  constructor(option, expected, received) {
    super(`${option}: expected ${expected}, received ${String(received)}`);
  }
}

/** The value of `table` under `name`. @throws OptionError when there is none. */
export function choose(table, option, name) {
  if (Object.hasOwn(table, name)) return table[name];
  throw new OptionError(option, `one of ${Object.keys(table).join(", ")}`, name);
}
