/**
 * Less than the second for which other threads' levels stand anyway, and long beside the 50 ms between the scrapes of
 * those who scrape most: asking the kernel anew for each was half of what reading the gauges took of the event loop.
 */
const MOST_AGE_MS = 500;

/** One reading for all gauges that show a part of it, and for all scrapes that come soon after another. */
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
