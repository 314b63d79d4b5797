// Ways to make a value wrong: somewhere in it, one at a time.
import { GRAMMARS, REGEXES, SCHEMAS } from "./bombs.mjs";
import { NAMES, NUMBERS, TEXTS } from "./hostile-texts.mjs";
import { jsonText, membersText, Raw } from "./json-text.mjs";

/** Levels that a JSON body may have are 64. */
const DEPTHS = [5, 40, 62, 63, 64, 65, 500, 100_000];
const COUNTS = [2, 5, 17, 130, 5000];

const BOMBS = [GRAMMARS, REGEXES, SCHEMAS];

const anyBomb = (draws) => {
  const bombs = draws.pick(BOMBS);
  return bombs[draws.pick(Object.keys(bombs))]();
};

const OTHER_TYPES = [
  null,
  true,
  false,
  0,
  1,
  -1,
  1.5,
  "",
  "a",
  "1",
  [],
  {},
  [[]],
  [{}],
  [null],
  { a: 1 },
  [1],
  ["a"],
];

function spoiledText(text, draws) {
  const at = draws.below(text.length + 1);
  const hostile = draws.pick(TEXTS);
  return draws.pick([
    () => text.slice(0, at) + hostile + text.slice(at),
    () => text.slice(0, at),
    () => text.repeat(draws.pick([2, 100])).slice(0, 20_000),
    () => text.toUpperCase(),
    () => ` ${text}`,
    () => text.slice(0, at) + String.fromCharCode(draws.below(65_536)) + text.slice(at + 1),
    () => hostile,
  ])();
}

const isObject = (value) => typeof value === "object" && value !== null && !(value instanceof Raw);

/** `change(value, draws)` gives what takes the value's place; null in the table's second column for any value. */
/** Twice what a body may have: what was repeated before may be repeated again. */
const REPEATED_CHARACTERS = 2 ** 24;

const CHANGES = {
  "another type": [null, (_, draws) => structuredClone(draws.pick(OTHER_TYPES))],
  "a number": [null, (_, draws) => draws.pick(NUMBERS)],
  "a text": [null, (_, draws) => draws.pick(TEXTS)],
  null: [null, () => null],
  "in an array": [null, (value) => [value]],
  "in an object": [null, (value, draws) => ({ [draws.pick(NAMES)]: value })],
  "nested deep": [
    null,
    (_, draws) => {
      const depth = draws.pick(DEPTHS);
      return new Raw(
        draws.chance(0.5)
          ? "[".repeat(depth) + "]".repeat(depth)
          : '{"a":'.repeat(depth) + "1" + "}".repeat(depth),
      );
    },
  ],
  spoiled: [(value) => typeof value === "string", spoiledText],
  "one beside": [
    (value) => typeof value === "number",
    (value, draws) => draws.pick([value + 1, value - 1, -value, value * 2, value + 0.5, String(value)]),
  ],
  repeated: [
    (value) => Array.isArray(value) && value.length > 0,
    (value, draws) => {
      const item = draws.pick(value);
      const fitting = Math.floor(REPEATED_CHARACTERS / jsonText(item).length);
      return [...value, ...Array(Math.min(draws.pick(COUNTS), fitting)).fill(item)];
    },
  ],
  "without an item": [
    (value) => Array.isArray(value) && value.length > 0,
    (value, draws) => value.toSpliced(draws.below(value.length), 1),
  ],
  reversed: [(value) => Array.isArray(value) && value.length > 1, (value) => value.toReversed()],
  "without a member": [
    (value) => isObject(value) && !Array.isArray(value) && Object.keys(value).length > 0,
    (value, draws) => {
      const gone = draws.pick(Object.keys(value));
      return Object.fromEntries(Object.entries(value).filter(([name]) => name !== gone));
    },
  ],
  "a member more": [
    (value) => isObject(value) && !Array.isArray(value),
    (value, draws) =>
      Object.fromEntries([
        ...Object.entries(value),
        [draws.pick(NAMES), structuredClone(draws.pick(OTHER_TYPES))],
      ]),
  ],
  "a member renamed": [
    (value) => isObject(value) && !Array.isArray(value) && Object.keys(value).length > 0,
    (value, draws) => {
      const old = draws.pick(Object.keys(value));
      const name = draws.chance(0.5) ? draws.pick(NAMES) : spoiledText(old, draws);
      return Object.fromEntries(
        Object.entries(value).map((entry) => (entry[0] === old ? [name, entry[1]] : entry)),
      );
    },
  ],
  "a member twice": [
    (value) => isObject(value) && !Array.isArray(value) && Object.keys(value).length > 0,
    (value, draws) => {
      const entries = Object.entries(value);
      const [name] = draws.pick(entries);
      return new Raw(`{${membersText([...entries, [name, draws.pick(OTHER_TYPES)]])}}`);
    },
  ],
};

/** Seldom: each takes milliseconds to make, let alone to answer. */
const BOMB_SHARE = 0.01;

function changed(value, draws) {
  if (draws.chance(BOMB_SHARE)) return { name: "a bomb", value: anyBomb(draws) };
  const fitting = Object.entries(CHANGES).filter(([, [fits]]) => fits === null || fits(value));
  const [name, [, change]] = draws.pick(fitting);
  return { name, value: change(value, draws) };
}

/** Places in the value, as the names and indices that lead there; the value itself is []. */
function placesOf(value, place = []) {
  if (!isObject(value)) return [place];
  return [place, ...Object.keys(value).flatMap((key) => placesOf(value[key], [...place, key]))];
}

function withChange(value, [key, ...rest], change) {
  if (key === undefined) return change(value);
  const inner = withChange(value[key], rest, change);
  if (Array.isArray(value)) return value.with(Number(key), inner);
  return Object.fromEntries(Object.entries(value).map(([name, old]) => [name, name === key ? inner : old]));
}

/** @returns the value with one thing wrong, and what that is in words */
export function mutatedValue(value, draws) {
  const place = draws.pick(placesOf(value));
  let words;
  const mutated = withChange(value, place, (old) => {
    const { name, value: other } = changed(old, draws);
    words = `${place.join(".") || "the body"}: ${name}`;
    return other;
  });
  return { words, value: mutated };
}
