/**
 * A vector as it stands in an answer: JSON text of its numbers, or of their little-endian bytes in base64. Only the
 * first `dimensions` of them where these are wanted, of length 1 again.
 */
export function embeddingJson(
  vector: Float32Array,
  encoding: "float" | "base64",
  dimensions: number | null,
): string {
  const wanted = dimensions === null ? vector : shortened(vector, dimensions);
  if (encoding === "float") return JSON.stringify(Array.from(wanted));
  return `"${Buffer.from(wanted.buffer, wanted.byteOffset, wanted.byteLength).toString("base64")}"`;
}

function shortened(vector: Float32Array, dimensions: number): Float32Array {
  const start = vector.slice(0, dimensions);
  const length = Math.hypot(...start);
  return length === 0 ? start : start.map((number) => number / length);
}
