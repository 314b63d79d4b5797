// Prompts as token ids: every server computes the same number of tokens, and none finds them in a cache.

/** Ids that every vocabulary here, of 512 tokens at least, has as plain words. */
const FIRST = 300;
const LAST = 500;

/** Repeatable numbers in [0, 1) (a linear congruential generator: enough to choose words and instants). */
export function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Unlike any other prompt, by its first two or three tokens already. */
export function uniquePrompt(tokens) {
  return Array.from({ length: tokens }, () => FIRST + Math.floor(Math.random() * (LAST - FIRST)));
}
