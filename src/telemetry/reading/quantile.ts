import type { HistogramSeries } from "./snapshot.js";

type NativeBuckets = NonNullable<HistogramSeries["native"]>;

/** Straight lines between the bounds. In the bucket to +Inf, the highest bound is all that is known. */
function classicQuantile(buckets: HistogramSeries["buckets"], rank: number): number {
  const index = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[index];
  if (bucket === undefined || buckets.length < 2) return NaN;
  const before = buckets[index - 1] ?? { le: 0, count: 0 };
  if (bucket.le === Infinity) return before.le;
  if (index === 0 && bucket.le <= 0) return bucket.le;
  return before.le + (bucket.le - before.le) * ((rank - before.count) / (bucket.count - before.count));
}

/** The values of a filled bucket at its lower end (0) and its upper one (1), and between. */
interface FilledBucket {
  below: number;
  count: number;
  at(fraction: number): number;
}

function filledBuckets({ schema, zeroThreshold, zeroCount, offset, counts }: NativeBuckets): FilledBucket[] {
  const filled: FilledBucket[] = [];
  let below = 0;
  const add = (count: number, at: FilledBucket["at"]) => {
    if (count > 0) filled.push({ below, count, at });
    below += count;
  };
  add(zeroCount, (fraction) => zeroThreshold * fraction);
  counts.forEach((count, i) => add(count, (fraction) => 2 ** ((offset + i - 1 + fraction) * 2 ** -schema)));
  return filled;
}

/** Prometheus looks for the lower half from below and for the upper half from above, which tells in gaps. */
function nativeQuantile(native: NativeBuckets, q: number, rank: number): number {
  const buckets = filledBuckets(native);
  const bucket =
    q < 0.5
      ? buckets.find(({ below, count }) => below + count >= rank)
      : buckets.findLast(({ below }) => below <= rank);
  return bucket === undefined ? NaN : bucket.at((rank - bucket.below) / bucket.count);
}

/**
 * The q-quantile (0 to 1) as `histogram_quantile` of Prometheus 3 estimates it: linear within an explicit bucket,
 * exponential within a native one. NaN without any event.
 */
export function quantileOf({ count, buckets, native }: HistogramSeries, q: number): number {
  if (count === 0) return NaN;
  return native ? nativeQuantile(native, q, q * count) : classicQuantile(buckets, q * count);
}
