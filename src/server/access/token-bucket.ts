const SECONDS_A_MINUTE = 60;

/** Seconds on any clock that never goes back. */
export type Clock = () => number;

/**
 * An allowance that fills evenly, up to what one minute brings. More may be taken than is in it, when what a thing costs is
 * known only afterwards: then it is in debt, and nothing is to be had until that is paid.
 */
export class TokenBucket {
  #level: number;
  #filledAt: number;

  constructor(
    readonly perMinute: number,
    private readonly clock: Clock,
  ) {
    this.#level = perMinute;
    this.#filledAt = clock();
  }

  /** Below 0 in debt. */
  get level(): number {
    const now = this.clock();
    this.#level = Math.min(this.perMinute, this.#level + (now - this.#filledAt) * this.#perSecond);
    this.#filledAt = now;
    return this.#level;
  }

  take(amount: number): void {
    this.#level = this.level - amount;
  }

  /** @returns 0 when it holds as much already; exact to a microsecond, as sums of fractions are not. */
  secondsUntil(level: number): number {
    return Math.max(0, Math.round(((level - this.level) / this.#perSecond) * 1e6) / 1e6);
  }

  get #perSecond(): number {
    return this.perMinute / SECONDS_A_MINUTE;
  }
}
