type Listener = () => void;

const watches = new WeakMap<AbortSignal, Set<Listener>>();

function listenersOf(signal: AbortSignal): Set<Listener> {
  const known = watches.get(signal);
  if (known !== undefined) return known;
  const listeners = new Set<Listener>();
  watches.set(signal, listeners);
  signal.addEventListener("abort", () => listeners.forEach((listener) => listener()), { once: true });
  return listeners;
}

/** Also of another realm, or of a library that brings its own. */
export function isSignal(value: unknown): value is AbortSignal {
  return typeof (value as AbortSignal | null | undefined)?.addEventListener === "function";
}

/**
 * Calls `listener` when the signal aborts; what it returns ends that. All watches of a signal share one listener on
 * it: beyond ten, Node would warn of a leak, and one signal may well end hundreds of streams.
 */
export function watchAbort(signal: AbortSignal, listener: Listener): () => void {
  const listeners = listenersOf(signal).add(listener);
  return () => void listeners.delete(listener);
}
