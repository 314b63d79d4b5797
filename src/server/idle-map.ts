interface Entry<V> {
  value: V;
  /** When it was used last. */
  at: number;
}

/**
 * What was used within the last so many seconds, and no more than so many: the longest unused goes first. Entries lie in
 * the order of their use, so that to find those that are due takes no search.
 */
export class IdleMap<V> {
  readonly #entries = new Map<string, Entry<V>>();

  constructor(
    private readonly most: number,
    private readonly seconds: number,
    /** In seconds, and never goes back. */
    private readonly clock: () => number,
    /** Hears of each that goes. */
    private readonly onGone: (value: V) => void = () => undefined,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  /** The value, which counts as used now; undefined for one that is not, or no more, there. */
  use(key: string): V | undefined {
    this.expire();
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    entry.at = this.clock();
    return entry.value;
  }

  /** @param key One that `use` did not find. */
  add(key: string, value: V): void {
    if (this.#entries.size >= this.most) this.#drop(this.#entries.entries().next().value!);
    this.#entries.set(key, { value, at: this.clock() });
  }

  /** Lets those go that have been unused for too long. */
  expire(): void {
    const due = this.clock() - this.seconds;
    for (const entry of this.#entries) {
      if (entry[1].at > due) return;
      this.#drop(entry);
    }
  }

  #drop([key, { value }]: [string, Entry<V>]): void {
    this.#entries.delete(key);
    this.onGone(value);
  }
}
