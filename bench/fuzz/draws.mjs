// Choices that one number settles, so that whatever they led to can be had again.

/** mulberry32: cases whose seeds are neighbours have nothing in common, unlike with the benches' simpler generator. */
function numbersFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @returns `below(n)`: an integer from 0; `chance(share)`: true as often as that; `pick(list)`: one of it. */
export function drawsFrom(seed) {
  const next = numbersFrom(seed);
  const below = (limit) => Math.floor(next() * limit);
  return { below, chance: (share) => next() < share, pick: (list) => list[below(list.length)] };
}

/** Those of one case alone: it is the same whichever others run before it. */
export function drawsOf(seed, index) {
  return drawsFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index, 0x85ebca6b));
}
