import { IdleShare, type Idle } from "./idle-share.js";
import { SizeRanks } from "./size-ranks.js";

/**
 * What was used within the last so many seconds, and no more than so many of all owners together. Where there are too
 * many, the longest unused of the owner that has most goes: with ever new names an owner has others' dropped until it
 * has its share, and then its own alone. Nothing but `expire` takes longer where there are more.
 */
export class IdleMap<V> {
  readonly #shares = new Map<string, IdleShare<V>>();
  readonly #ranks = new SizeRanks<IdleShare<V>>();
  #size = 0;

  constructor(
    private readonly most: number,
    private readonly seconds: number,
    /** In seconds, and never goes back. */
    private readonly clock: () => number,
    /** Hears of each that goes. */
    private readonly onGone: (value: V) => void = () => undefined,
  ) {}

  /** What is due counts until `expire` or its own use finds it. */
  get size(): number {
    return this.#size;
  }

  /** The value, which counts as used now; undefined for one that is not, or no more, there. */
  use(owner: string, name: string): V | undefined {
    const share = this.#shares.get(owner);
    const entry = share?.get(name);
    if (!share || !entry) return undefined;
    const at = this.clock();
    if (entry.at <= at - this.seconds) {
      this.#drop(share, entry);
      return undefined;
    }
    share.use(entry, at);
    return entry.value;
  }

  /** @param name One that `use` did not find. */
  add(owner: string, name: string, value: V): void {
    if (this.#size >= this.most) this.#dropOfLargest(this.#shares.get(owner));
    const share = this.#shares.get(owner) ?? new IdleShare<V>(owner);
    this.#shares.set(owner, share);
    share.add(name, value, this.clock());
    this.#size++;
    this.#ranks.grown(share);
  }

  /** Lets those go that have been unused for too long. */
  expire(): void {
    const due = this.clock() - this.seconds;
    for (const share of this.#shares.values()) {
      for (let entry; (entry = share.oldest) && entry.at <= due;) this.#drop(share, entry);
    }
  }

  /** @param owner Whose turn it is where it has as many as any other. */
  #dropOfLargest(owner: IdleShare<V> | undefined): void {
    const share = owner && this.#ranks.isLargest(owner) ? owner : this.#ranks.largest;
    this.#drop(share, share.oldest!);
  }

  #drop(share: IdleShare<V>, entry: Idle<V>): void {
    share.remove(entry);
    this.#size--;
    this.#ranks.shrunk(share);
    if (share.size === 0) this.#shares.delete(share.owner);
    this.onGone(entry.value);
  }
}
