import type { HistogramHandle } from "../telemetry/index.js";
import { now } from "./meters.js";
import type { StreamMeters } from "./meters/stream-meters.js";

/** One event stream, from its head to its end, as metrics see it. */
export class StreamRun {
  /** Of the body, as far as it was written. */
  bytes = 0;
  #openedAt = 0;
  #broken = false;
  /** NaN until there is one: what is computed with it is NaN too, which histograms ignore. */
  #flushedAt = NaN;
  #gap = NaN;

  constructor(
    readonly meters: StreamMeters,
    private readonly jitter: HistogramHandle,
    private readonly arrivedAt: number,
  ) {}

  get opened(): boolean {
    return this.#openedAt > 0;
  }

  open(): void {
    this.#openedAt = now();
    this.meters.opened.inc();
    this.meters.openDuration.observe(this.#openedAt - this.arrivedAt);
  }

  /** @param at In seconds on any clock that does not jump. @param wasTaken Whether the socket took all at once. */
  flushed(at: number, bytes: number, wasTaken: boolean): void {
    const gap = at - this.#flushedAt;
    this.jitter.observe(Math.abs(gap - this.#gap));
    this.#flushedAt = at;
    this.#gap = gap;
    this.wrote(bytes, wasTaken);
  }

  wrote(bytes: number, wasTaken: boolean): void {
    this.bytes += bytes;
    if (!wasTaken) this.meters.backpressure.inc();
  }

  /** It will not come to the end that it should have. */
  break(): void {
    this.#broken = true;
  }

  /** @param finished Whether the last byte was out. */
  over(finished: boolean): void {
    if (!this.opened) return;
    const how = this.#broken ? "broken" : finished ? "finished" : "cancelled";
    this.meters.ended[how].inc();
    this.meters.duration.observe(now() - this.#openedAt);
  }
}
