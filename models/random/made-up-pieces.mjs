const CONSONANTS = [..."bcdfghjklmnprstvwz"];
const VOWELS = [..."aeiou"];

/**
 * The first `count` pieces of a made-up language, each as the two that it is merged from, which come before it:
 * syllables, syllables after a space ("_"), then words of two syllables, of three, and so on.
 * @returns {{left: string, right: string}[]}
 */
export function madeUpPieces(count) {
  const pieces = [];
  for (const piece of language()) {
    if (pieces.length === count) break;
    pieces.push(piece);
  }
  return pieces;
}

function* language() {
  const syllables = yield* combine(CONSONANTS, VOWELS);
  let words = ["_"];
  while (true) words = yield* combine(words, syllables);
}

/** Yields every pair; returns the pairs as single texts. */
function* combine(lefts, rights) {
  const combined = [];
  for (const left of lefts) {
    for (const right of rights) {
      yield { left, right };
      combined.push(left + right);
    }
  }
  return combined;
}
