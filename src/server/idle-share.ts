export interface Idle<V> {
  readonly name: string;
  readonly value: V;
  /** When it was used last. */
  at: number;
  /** Its neighbours in the order of use. */
  older: Idle<V> | null;
  newer: Idle<V> | null;
}

/**
 * One owner's entries by their names, linked in the order of their use. A Map keeps an order too, but is no queue: its
 * first entry is found by walking over those removed before it, which took 15 us in one of 65,536.
 */
export class IdleShare<V> {
  readonly #entries = new Map<string, Idle<V>>();
  #oldest: Idle<V> | null = null;
  #newest: Idle<V> | null = null;

  constructor(readonly owner: string) {}

  get size(): number {
    return this.#entries.size;
  }

  get oldest(): Idle<V> | null {
    return this.#oldest;
  }

  get(name: string): Idle<V> | undefined {
    return this.#entries.get(name);
  }

  add(name: string, value: V, at: number): void {
    const entry: Idle<V> = { name, value, at, older: null, newer: null };
    this.#entries.set(name, entry);
    this.#link(entry);
  }

  use(entry: Idle<V>, at: number): void {
    entry.at = at;
    this.#unlink(entry);
    this.#link(entry);
  }

  remove(entry: Idle<V>): void {
    this.#entries.delete(entry.name);
    this.#unlink(entry);
  }

  #link(entry: Idle<V>): void {
    entry.older = this.#newest;
    entry.newer = null;
    if (this.#newest) this.#newest.newer = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Idle<V>): void {
    if (older) older.newer = newer;
    else this.#oldest = newer;
    if (newer) newer.older = older;
    else this.#newest = older;
  }
}
