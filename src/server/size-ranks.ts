interface Sized {
  readonly size: number;
}

/** Tells the largest of things that grow and shrink by one: so the greatest size does too, and is never searched for. */
export class SizeRanks<T extends Sized> {
  readonly #bySize = new Map<number, Set<T>>();
  #greatest = 0;

  /** There must be one that is not empty. */
  get largest(): T {
    const [first] = this.#bySize.get(this.#greatest)!;
    return first!;
  }

  isLargest({ size }: T): boolean {
    return size === this.#greatest;
  }

  grown(one: T): void {
    this.#move(one, one.size - 1);
    if (one.size > this.#greatest) this.#greatest = one.size;
  }

  shrunk(one: T): void {
    this.#move(one, one.size + 1);
    if (!this.#bySize.has(this.#greatest)) this.#greatest--;
  }

  #move(one: T, from: number): void {
    const others = this.#bySize.get(from);
    others?.delete(one);
    if (others?.size === 0) this.#bySize.delete(from);
    if (one.size === 0) return;
    const group = this.#bySize.get(one.size) ?? new Set();
    this.#bySize.set(one.size, group.add(one));
  }
}
