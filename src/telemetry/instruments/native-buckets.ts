import { DEFAULT_SCHEMA, type NativeHistogramSpec } from "../metric-spec.js";

/** 32 KiB a series in each shard; ten doublings at the finest resolution. */
const MOST_BUCKETS = 4096;

/** The upper bound of Prometheus' bucket `index`: (2^(2^-schema))^index; whole powers of two are exact. */
function boundOf(index: number, schema: number): number {
  if (schema < 0) return 2 ** (index * 2 ** -schema);
  const perDoubling = 2 ** schema;
  const doublings = Math.floor(index / perDoubling);
  return 2 ** ((index - doublings * perDoubling) / perDoubling) * 2 ** doublings;
}

/** The index of the least bound that is not below `v`. */
function indexFrom(v: number, schema: number): number {
  const near = Math.round(Math.log2(v) * 2 ** schema);
  return [near - 1, near, near + 1].find((index) => boundOf(index, schema) >= v) ?? near + 1;
}

function greatestIndexTo(v: number, schema: number): number {
  const index = indexFrom(v, schema);
  return boundOf(index, schema) === v ? index : index - 1;
}

/**
 * The bounds of a native histogram: the first is the zero threshold, the last not below the range's end.
 * Empty where the range makes too many buckets, or none, or where they would reach beyond what a double holds.
 */
export function nativeBounds({
  range: [least, most],
  schema = DEFAULT_SCHEMA,
}: NativeHistogramSpec): number[] {
  const first = greatestIndexTo(least, schema);
  const count = indexFrom(most, schema) - first + 1;
  if (!(count >= 2 && count <= MOST_BUCKETS)) return [];
  const bounds = Array.from({ length: count }, (_, i) => boundOf(first + i, schema));
  return bounds[0]! > 0 && bounds.at(-1)! < Infinity ? bounds : [];
}
