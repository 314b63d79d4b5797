import { types } from "node:util";
import { checkMeters, count, enter, leave, observe, type DurationMeter, type LevelMeter } from "./meters.js";
import { outcomeOf, type Classify, type Outcome, type OutcomeMeters } from "./outcome.js";

/** What is recorded of calls, each where given: objects of these shapes, such as a catalog's handles. */
export interface CallMeters<O extends string = Outcome> {
  /** Seconds from the call to its end. */
  readonly duration?: DurationMeter;
  /** Calls that have not ended. */
  readonly inFlight?: LevelMeter;
  /** Each call once, when it ends: `ok`, or as its failure is classified. */
  readonly finished?: OutcomeMeters<O>;
}

export interface CallOptions<O extends string = Outcome> {
  /** Default: `abort` for an AbortError or the code ABORT_ERR, `error` for all else. */
  readonly classify?: Classify<O>;
}

/** Any function: `never` admits every list of parameters. */
export type AnyFunction = (this: never, ...args: never[]) => unknown;
type Callable = (this: unknown, ...args: unknown[]) => unknown;

class CallRecord {
  private readonly startedAt = performance.now();

  constructor(
    private readonly meters: CallMeters<string>,
    private readonly classify: Classify<string> | undefined,
  ) {
    enter(meters.inFlight);
  }

  succeed(): void {
    this.finish("ok");
  }

  fail(error: unknown): void {
    this.finish(outcomeOf(error, this.classify));
  }

  private finish(outcome: string): void {
    const { inFlight, duration, finished } = this.meters;
    leave(inFlight);
    observe(duration, (performance.now() - this.startedAt) / 1000);
    count(finished?.[outcome]);
  }
}

/** By name, since another realm's Promise is another object. */
function isPlainPromise(promise: Promise<unknown> & { constructor?: { name?: unknown } }): boolean {
  return promise.constructor?.name === "Promise";
}

/**
 * A plain promise is followed by another, so that a rejection that nobody handles is still reported. A subclass
 * offers more than `then`, so it is given back itself.
 */
function follow(promise: Promise<unknown>, record: CallRecord): Promise<unknown> {
  const isPlain = isPlainPromise(promise);
  const followed = promise.then(
    (value) => {
      record.succeed();
      return value;
    },
    (error: unknown) => {
      record.fail(error);
      if (isPlain) throw error;
    },
  );
  // Some carry properties, such as the `child` of a promisified exec().
  return isPlain ? Object.assign(followed, promise) : promise;
}

/** Calls `fn` and records it. @internal */
export function recordCall(
  meters: CallMeters<string>,
  classify: Classify<string> | undefined,
  fn: AnyFunction,
  self: unknown,
  args: unknown[],
): unknown {
  const record = new CallRecord(meters, classify);
  let result: unknown;
  try {
    result = (fn as Callable).apply(self, args);
  } catch (error) {
    record.fail(error);
    throw error;
  }
  try {
    if (types.isPromise(result)) return follow(result, record);
  } catch {
    // One that cannot be followed, such as without a prototype, is the caller's affair.
  }
  record.succeed();
  return result;
}

/** Gives `wrapper` the name, the length and the properties of `fn`, which frameworks look at. @internal */
export function inGuiseOf<F extends AnyFunction>(fn: F, wrapper: Callable): F {
  Object.assign(wrapper, fn);
  for (const property of ["name", "length"] as const)
    Object.defineProperty(wrapper, property, { value: fn[property], configurable: true });
  return wrapper as unknown as F;
}

/**
 * Wraps `fn`, sync or async, so that each call is recorded. `this`, arguments, result and errors pass unchanged, also
 * where a meter throws. A call that returns a promise ends when that settles; of a subclass of Promise its `then` is
 * called, so its rejection counts as handled. Other thenables, such as query builders, may begin only when awaited:
 * the call ends where it returns one; wrap an async function around it instead.
 * @throws TypeError when `fn` is no function, or the meters no object.
 */
export function observeCall<F extends AnyFunction>(meters: CallMeters, fn: F, options?: CallOptions): F;
export function observeCall<F extends AnyFunction, O extends string>(
  meters: CallMeters<NoInfer<O> | "ok">,
  fn: F,
  options: Required<CallOptions<O>>,
): F;
export function observeCall<F extends AnyFunction>(
  meters: CallMeters<string>,
  fn: F,
  { classify }: CallOptions<string> = {},
): F {
  checkMeters(meters);
  if (typeof fn !== "function") throw new TypeError(`Expected a function for fn but received ${String(fn)}.`);
  return inGuiseOf(fn, function (this: unknown, ...args: unknown[]) {
    return recordCall(meters, classify, fn, this, args);
  });
}
