import { isSignal } from "./abort-watch.js";
import { checkMeters } from "./meters.js";
import { inGuiseOf, recordCall, type CallMeters, type CallOptions } from "./observe-call.js";
import { recordStream, type StreamMeters, type StreamOptions } from "./observe-stream.js";
import type { Outcome } from "./outcome.js";

/** The meters themselves, or where an instance keeps them: asked for at each call. */
export type MetersOf<Self, M> = M | ((self: Self) => M);

/** A standard decorator, for methods whose `this` is a `Self`. */
export type ObservingDecorator<Self, Result> = <F extends (this: Self, ...args: never[]) => Result>(
  method: F,
  context: ClassMethodDecoratorContext<Self>,
) => F;

export interface ObservedStreamOptions<T, O extends string = Outcome> extends Omit<
  StreamOptions<T, O>,
  "startedAt" | "signal"
> {
  /** Finds the `signal` of `StreamOptions` among the method's arguments, whose types it must state. */
  readonly signalOf?: (...args: never[]) => AbortSignal | undefined;
}

type StreamMethod<T> = AsyncGenerator<T, unknown, never>;

function metersOf<M extends object>(meters: MetersOf<never, M>, self: unknown): Partial<M> {
  if (typeof meters !== "function") return meters;
  try {
    // An instance may not have them yet.
    const own = meters(self as never) as Partial<M> | undefined;
    return own ?? {};
  } catch {
    return {};
  }
}

function signalAmong(args: never[], { signalOf }: ObservedStreamOptions<never, string>) {
  try {
    const signal: unknown = signalOf?.(...args);
    return isSignal(signal) ? signal : undefined;
  } catch {
    return undefined;
  }
}

/**
 * `observeCall` for methods.
 * @example class Engine { @observed((self: Engine) => self.meters) async load(path: string) { … } }
 */
export function observed<Self>(
  meters: MetersOf<Self, CallMeters>,
  options?: CallOptions,
): ObservingDecorator<Self, unknown>;
export function observed<Self, O extends string>(
  meters: MetersOf<Self, CallMeters<NoInfer<O> | "ok">>,
  options: Required<CallOptions<O>>,
): ObservingDecorator<Self, unknown>;
export function observed(
  meters: MetersOf<never, CallMeters<string>>,
  { classify }: CallOptions<string> = {},
): ObservingDecorator<never, unknown> {
  if (typeof meters !== "function") checkMeters(meters);
  return (method) =>
    inGuiseOf(method, function (this: unknown, ...args: unknown[]) {
      return recordCall(metersOf(meters, this), classify, method, this, args);
    });
}

/**
 * `observeStream` for async generator methods; the stream starts with the call.
 * @example class Engine { @observedStream((self: Engine) => self.meters) async *generate(prompt: string) { … } }
 */
export function observedStream<Self, T>(
  meters: MetersOf<Self, StreamMeters>,
  options?: ObservedStreamOptions<T>,
): ObservingDecorator<Self, StreamMethod<T>>;
export function observedStream<Self, T, O extends string>(
  meters: MetersOf<Self, StreamMeters<NoInfer<O> | "ok" | "abort">>,
  options: ObservedStreamOptions<T, O> & Required<Pick<StreamOptions<T, O>, "classify">>,
): ObservingDecorator<Self, StreamMethod<T>>;
export function observedStream<T>(
  meters: MetersOf<never, StreamMeters<string>>,
  options: ObservedStreamOptions<T, string> = {},
): ObservingDecorator<never, StreamMethod<T>> {
  if (typeof meters !== "function") checkMeters(meters);
  return (method) =>
    inGuiseOf(method, function (this: unknown, ...args: unknown[]) {
      const startedAt = performance.now();
      const signal = signalAmong(args as never[], options);
      const source = method.apply(this as never, args as never[]);
      return recordStream(metersOf(meters, this), source, { ...options, startedAt, signal });
    });
}
