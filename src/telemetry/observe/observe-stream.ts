import { isSignal } from "./abort-watch.js";
import { checkMeters } from "./meters.js";
import { StreamRecord, type StreamMeters, type StreamOptions } from "./stream-record.js";

export type { StreamMeters, StreamOptions } from "./stream-record.js";

/** What `for await` can read, or what has `next()` alone. */
export type StreamSource<T, R, N> = AsyncIterable<T, R, N> | AsyncIterator<T, R, N>;

/** The last net: the records of streams whose reader was dropped without a `return()`. */
const lost = new FinalizationRegistry((record: { lose(): void }) => record.lose());

function isIterable<T, R, N>(source: StreamSource<T, R, N>): source is AsyncIterable<T, R, N> {
  return Symbol.asyncIterator in source;
}

class ObservedStream<T, R, N> implements AsyncGenerator<T, R, N> {
  private iterator: AsyncIterator<T, R, N> | undefined;
  private isClosed = false;

  constructor(
    private readonly source: StreamSource<T, R, N>,
    private readonly record: StreamRecord<T>,
  ) {}

  next(value?: N): Promise<IteratorResult<T, R>> {
    if (this.record.isNew) this.begin();
    if (this.isClosed) return this.end();
    try {
      return this.follow(this.open().next(value as N));
    } catch (error) {
      return this.record.onFailure(error);
    }
  }

  async return(value?: R | PromiseLike<R>): Promise<IteratorResult<T, R>> {
    this.record.leave();
    const iterator = this.open();
    if (iterator.return !== undefined) return iterator.return(value);
    this.isClosed = true;
    return this.end(await value);
  }

  throw(error: unknown): Promise<IteratorResult<T, R>> {
    return this.follow(this.pass(error));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  private begin(): void {
    this.record.begin();
    lost.register(this, this.record);
  }

  /** As late as `for await` would, since a ReadableStream is locked by it. */
  private open(): AsyncIterator<T, R, N> {
    const { source } = this;
    return (this.iterator ??= isIterable(source) ? source[Symbol.asyncIterator]() : source);
  }

  private follow(result: Promise<IteratorResult<T, R>>): Promise<IteratorResult<T, R>> {
    return Promise.resolve(result).then(this.record.onResult, this.record.onFailure);
  }

  private async pass(error: unknown): Promise<IteratorResult<T, R>> {
    const iterator = this.open();
    if (iterator.throw !== undefined) return iterator.throw(error);
    this.isClosed = true;
    await iterator.return?.();
    throw error;
  }

  private end(value?: R): Promise<IteratorResult<T, R>> {
    return Promise.resolve({ value: value as R, done: true });
  }
}

/** @internal */
export function recordStream<T, R, N>(
  meters: StreamMeters<string>,
  source: StreamSource<T, R, N>,
  options: StreamOptions<T, string>,
): AsyncGenerator<T, R, N> {
  const { startedAt = performance.now() } = options;
  return new ObservedStream(source, new StreamRecord(meters, options, startedAt));
}

/**
 * Wraps a stream of tokens, such as an async generator, a ReadableStream or an object with `next()`, so that it is
 * recorded while it is read. Items, results and errors pass unchanged, also where a meter throws. It ends once: with
 * the source's end or error, with a consumer that leaves, with the signal, or, at the latest, when the
 * garbage collector finds that a reader was dropped. Costs one clock read and one promise an item.
 * @throws TypeError when `source` is none, the meters are no object or the signal is none.
 */
export function observeStream<T, R, N>(
  meters: StreamMeters,
  source: StreamSource<T, R, N>,
  options?: StreamOptions<T>,
): AsyncGenerator<T, R, N>;
export function observeStream<T, R, N, O extends string>(
  meters: StreamMeters<NoInfer<O> | "ok" | "abort">,
  source: StreamSource<T, R, N>,
  options: StreamOptions<T, O> & Required<Pick<StreamOptions<T, O>, "classify">>,
): AsyncGenerator<T, R, N>;
export function observeStream<T, R, N>(
  meters: StreamMeters<string>,
  source: StreamSource<T, R, N>,
  options: StreamOptions<T, string> = {},
): AsyncGenerator<T, R, N> {
  checkMeters(meters);
  checkSource(source);
  checkSignal(options.signal);
  return recordStream(meters, source, options);
}

function checkSignal(signal: unknown): void {
  if (signal === undefined || isSignal(signal)) return;
  throw new TypeError(`Expected an AbortSignal for signal but received ${JSON.stringify(signal)}.`);
}

function checkSource(source: unknown): void {
  const { [Symbol.asyncIterator]: iterate, next } = (source ?? {}) as Record<symbol | string, unknown>;
  if (typeof iterate === "function" || typeof next === "function") return;
  throw new TypeError(
    `Expected an async iterable or an object with next() for source but received ${String(source)}.`,
  );
}
