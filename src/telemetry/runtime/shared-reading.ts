/** Far less than the second for which other threads' levels stand anyway. */
const MOST_AGE_MS = 50;

/** One reading for all gauges that show a part of it, since they are read one after another. */
export function sharedReading<T>(read: () => T): () => T {
  let reading: T;
  let readAt = -Infinity;
  return () => {
    const now = performance.now();
    if (now - readAt > MOST_AGE_MS) {
      reading = read();
      readAt = now;
    }
    return reading;
  };
}
