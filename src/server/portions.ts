/** Inputs that an engine computes in one batch, at most: between two portions it hears whether anybody still waits. */
const PORTION = 64;

/** `items` in parts, each with the index of its first. */
export function* portions<T>(items: readonly T[]): Generator<{ first: number; part: T[] }> {
  for (let first = 0; first < items.length; first += PORTION) {
    yield { first, part: items.slice(first, first + PORTION) };
  }
}
