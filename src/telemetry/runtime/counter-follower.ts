import type { CounterHandle } from "../instruments/instruments.js";

/** Counts what another source counts, from `seen` on. One that goes back is waited for. */
export class CounterFollower {
  constructor(
    private readonly counter: CounterHandle,
    private seen: number,
  ) {}

  follow(total: number): void {
    if (!(total > this.seen)) return;
    this.counter.inc(total - this.seen);
    this.seen = total;
  }
}
