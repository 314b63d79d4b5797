import { watchAbort } from "./abort-watch.js";
import {
  count,
  enter,
  leave,
  observe,
  type CountMeter,
  type DurationMeter,
  type LevelMeter,
} from "./meters.js";
import { outcomeOf, type Classify, type Outcome, type OutcomeMeters } from "./outcome.js";

/** What is recorded of streams, each where given: objects of these shapes, such as a catalog's handles. */
export interface StreamMeters<O extends string = Outcome> {
  /** Seconds from the start to the first item that carries a token. */
  readonly timeToFirstToken?: DurationMeter;
  /** Seconds between tokens: see `tokensOf`. */
  readonly interTokenLatency?: DurationMeter;
  readonly tokens?: CountMeter;
  /** Seconds from the start to the end. */
  readonly duration?: DurationMeter;
  /** Streams that are being read: from the first `next()` to the end. */
  readonly inFlight?: LevelMeter;
  /** Each stream once, when it ends; one that is never read leaves no trace. */
  readonly finished?: OutcomeMeters<O>;
}

export interface StreamOptions<T, O extends string = Outcome> {
  /**
   * How many tokens an item carries; default one. Items of none (a role, a usage report) are no events. An item of n
   * tokens is n inter-token latencies, each an n-th of the gap before it; the first item is none, whatever it
   * carries. So their sum is the time from the first token to the last, and their mean the time per output token.
   */
  readonly tokensOf?: (item: T) => number;
  /** The start, in milliseconds of `performance.now()`, e.g. when the request came. Default: the call. */
  readonly startedAt?: number;
  /** Its abort ends the stream's record, even while nobody reads. Stopping the source remains the user's task. */
  readonly signal?: AbortSignal;
  /**
   * Names the outcome of an error, of the signal's reason, too. Default: `abort` for an AbortError, the code ABORT_ERR
   * and the signal; `error` for all else. A consumer that leaves early has no error: that is `abort`.
   */
  readonly classify?: Classify<O>;
}

/** An item of more tokens than this is no stream's, and must not hold the event loop. */
const MOST_LATENCIES_AN_ITEM = 1024;

type State = "new" | "running" | "finished";

/** The record of one stream. It does not know who reads the stream, so that it can outlive a reader that is lost. */
export class StreamRecord<T> {
  private state: State = "new";
  private hasTokens = false;
  /** The last sign of life: the first `next()` or an item. */
  private seenAt = NaN;
  private unwatch: (() => void) | undefined;

  constructor(
    private readonly meters: StreamMeters<string>,
    private readonly options: StreamOptions<T, string>,
    private readonly startedAt: number,
  ) {}

  get isNew(): boolean {
    return this.state === "new";
  }

  /** To be called once, at the first `next()`. */
  begin(): void {
    this.state = "running";
    this.seenAt = performance.now();
    enter(this.meters.inFlight);
    const { signal } = this.options;
    if (signal?.aborted === true) this.abort(signal);
    else if (signal !== undefined) this.unwatch = watchAbort(signal, () => this.abort(signal));
  }

  // Made once, so that an item costs no allocation beyond the promise that its reader awaits.
  readonly onResult = <R>(result: IteratorResult<T, R>): IteratorResult<T, R> => {
    if (this.state !== "running") return result;
    try {
      // `for await` says so too, but would leave the stream in flight.
      if (Object(result) !== result)
        throw new TypeError(`Iterator result ${JSON.stringify(result)} is not an object`);
      if (result.done === true) this.finish("ok");
      else this.see(result.value);
    } catch (error) {
      return this.onFailure(error);
    }
    return result;
  };

  readonly onFailure = (error: unknown): never => {
    this.finish(outcomeOf(error, this.options.classify));
    throw error;
  };

  /** The consumer wants no more. */
  leave(): void {
    this.finish("abort");
  }

  /** The consumer is gone without a word, nobody knows when. */
  lose(): void {
    this.finish("abort", this.seenAt);
  }

  private abort(signal: AbortSignal): void {
    const { classify } = this.options;
    this.finish(classify === undefined ? "abort" : outcomeOf(signal.reason, classify));
  }

  private see(item: T): void {
    const now = performance.now();
    const tokens = this.tokensIn(item);
    if (tokens === 0) return;
    count(this.meters.tokens, tokens);
    if (this.hasTokens) this.observeGap((now - this.seenAt) / 1000, tokens);
    else observe(this.meters.timeToFirstToken, (now - this.startedAt) / 1000);
    this.hasTokens = true;
    this.seenAt = now;
  }

  private observeGap(seconds: number, tokens: number): void {
    const meter = this.meters.interTokenLatency;
    for (let i = Math.min(tokens, MOST_LATENCIES_AN_ITEM); i > 0; i--) observe(meter, seconds / tokens);
  }

  private tokensIn(item: T): number {
    const { tokensOf } = this.options;
    if (tokensOf === undefined) return 1;
    try {
      const tokens = tokensOf(item);
      return Number.isSafeInteger(tokens) && tokens > 0 ? tokens : 0;
    } catch {
      return 0;
    }
  }

  private finish(outcome: string, at = performance.now()): void {
    const wasRunning = this.state === "running";
    this.state = "finished";
    if (!wasRunning) return;
    this.unwatch?.();
    leave(this.meters.inFlight);
    observe(this.meters.duration, (at - this.startedAt) / 1000);
    count(this.meters.finished?.[outcome]);
  }
}
