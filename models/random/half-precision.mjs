/** The bits of a number that half precision holds exactly. */
export function toHalf(value) {
  const sign = value < 0 ? 0x8000 : 0;
  const size = Math.abs(value);
  const exponent = Math.floor(Math.log2(size));
  if (exponent < -14) return sign | (size * 2 ** 24);
  return sign | ((exponent + 15) << 10) | ((size / 2 ** exponent - 1) * 1024);
}
