// Whether something that garbage collections make go up and down grows in the long run.

/**
 * The least value in each of `parts` equal parts of `total` tokens, with the tokens at which it was seen. Null where
 * there was no sample. `samples` are `{ tokens, bytes }` with the tokens so far.
 */
export function floorsOf(samples, total, parts) {
  const floors = Array(parts).fill(null);
  for (const sample of samples) {
    const part = Math.min(parts - 1, Math.floor((sample.tokens / total) * parts));
    if (floors[part] === null || sample.bytes < floors[part].bytes) floors[part] = sample;
  }
  return floors;
}

/** Bytes a token, by least squares; null of fewer than two places. */
export function slopeOf(points) {
  const known = points.filter((point) => point !== null);
  const mean = (read) => known.reduce((sum, point) => sum + read(point), 0) / known.length;
  const [x, y] = [mean(({ tokens }) => tokens), mean(({ bytes }) => bytes)];
  const width = known.reduce((sum, { tokens }) => sum + (tokens - x) ** 2, 0);
  if (!(width > 0)) return null;
  return known.reduce((sum, { tokens, bytes }) => sum + (tokens - x) * (bytes - y), 0) / width;
}
