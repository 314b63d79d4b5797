/** Of what was learnt before, so much counts beside a new lesson: the last 32 make up two thirds. */
const KEPT = 31 / 32;

/** Fewer say little: the first requests of an engine find cold caches and empty slots. */
const LESSONS = 8;

/**
 * How long work keeps a slot busy, learnt from the requests that gave theirs back. The work is that which was
 * expected of them, not what it became: so expectations that are wrong in the same way for all do no harm.
 */
export class SlotPace {
  #seconds = 0;
  #work = 0;
  #lessons = 0;

  learn(work: number, seconds: number): void {
    if (work <= 0) return;
    this.#lessons++;
    this.#seconds = this.#seconds * KEPT + seconds;
    this.#work = this.#work * KEPT + work;
  }

  /** Seconds; 0 as long as too little is known. */
  of(work: number): number {
    return this.#lessons < LESSONS ? 0 : (work * this.#seconds) / this.#work;
  }
}
