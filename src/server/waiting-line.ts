/**
 * Who comes next when the important go first and nobody waits for ever: a binary heap, so that thousands may
 * wait, and leave from anywhere, at the cost of a few comparisons.
 *
 * Each `secondsALevel` of waiting raise a priority by one. Between two who wait this never changes who is
 * ahead, so the order is settled on arrival: a priority of p stands for having come p times that earlier.
 */
export class WaitingLine<T> {
  readonly #heap: Spot<T>[] = [];
  #arrivals = 0;

  constructor(private readonly secondsALevel: number) {}

  get size(): number {
    return this.#heap.length;
  }

  get first(): T | undefined {
    return this.#heap[0]?.member;
  }

  /** Those who would be before a newcomer. */
  ahead(priority: number, now: number): T[] {
    const rank = this.#rankOf(priority, now);
    return this.#heap.filter((spot) => spot.rank <= rank).map(({ member }) => member);
  }

  /** @param now Seconds on a clock that does not jump. @returns What `leave` takes. */
  join(member: T, priority: number, now: number): Spot<T> {
    const spot = {
      member,
      rank: this.#rankOf(priority, now),
      arrival: this.#arrivals++,
      at: this.#heap.length,
    };
    this.#heap.push(spot);
    this.#rise(spot);
    return spot;
  }

  /** Once only for each spot. */
  leave(spot: Spot<T>): void {
    const last = this.#heap.pop()!;
    if (last === spot) return;
    this.#put(last, spot.at);
    this.#rise(last);
    this.#sink(last);
  }

  #rankOf(priority: number, now: number): number {
    return now - priority * this.secondsALevel;
  }

  #rise(spot: Spot<T>): void {
    while (spot.at > 0) {
      const parent = this.#heap[(spot.at - 1) >> 1]!;
      if (isAhead(parent, spot)) return;
      this.#swap(parent, spot);
    }
  }

  #sink(spot: Spot<T>): void {
    for (;;) {
      const [left, right] = [this.#heap[2 * spot.at + 1], this.#heap[2 * spot.at + 2]];
      const child = left && right && isAhead(right, left) ? right : left;
      if (!child || isAhead(spot, child)) return;
      this.#swap(spot, child);
    }
  }

  #swap(upper: Spot<T>, lower: Spot<T>): void {
    const { at } = upper;
    this.#put(upper, lower.at);
    this.#put(lower, at);
  }

  #put(spot: Spot<T>, at: number): void {
    spot.at = at;
    this.#heap[at] = spot;
  }
}

/** A place in the line, which only the line moves. */
export interface Spot<T> {
  readonly member: T;
  /** The lowest is first. */
  readonly rank: number;
  readonly arrival: number;
  at: number;
}

function isAhead(one: Spot<unknown>, other: Spot<unknown>): boolean {
  return one.rank < other.rank || (one.rank === other.rank && one.arrival < other.arrival);
}
