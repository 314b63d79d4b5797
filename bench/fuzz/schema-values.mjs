// Values that a JSON schema allows, most of them near its edges.
import { GRAMMARS, REGEXES, SCHEMAS } from "./bombs.mjs";

const GOOD_SCHEMAS = [
  {
    type: "object",
    properties: { name: { type: "string" }, age: { type: "integer" } },
    required: ["name", "age"],
  },
  { type: "array", items: { type: "number" }, maxItems: 3 },
  { type: "string", enum: ["red", "green"] },
];

const WORDS = ["Hello!", "What is 7 times 8?", "ping", "Count to 20.", "Who are you?", "Tell me a story."];

/** Seldom, since each may be megabytes. */
const BOMB_SHARE = 0.02;

function bombOr(bombs, good) {
  return (draws) => (draws.chance(BOMB_SHARE) ? bombs[draws.pick(Object.keys(bombs))]() : draws.pick(good));
}

const schemaValue = bombOr(SCHEMAS, GOOD_SCHEMAS);
const tokenLimit = (draws) => 1 + draws.below(3);

/** What a schema cannot say of a member: by its name. Answers are short, or a run would take hours. */
const MEMBERS = {
  model: () => "tacho-mini",
  prompt: (draws) =>
    draws.chance(0.4)
      ? Array.from({ length: 1 + draws.below(12) }, () => draws.below(4096))
      : draws.pick(WORDS),
  content: (draws) => (draws.chance(0.8) ? draws.pick(WORDS) : undefined),
  tokens: (draws) => Array.from({ length: 1 + draws.below(5) }, () => draws.below(4096)),
  max_tokens: tokenLimit,
  max_completion_tokens: tokenLimit,
  max_output_tokens: tokenLimit,
  grammar: bombOr(GRAMMARS, ['root ::= "yes" | "no"', "root ::= [a-z]+", 'root ::= ("a" root)?']),
  regex: bombOr(REGEXES, ["^[a-z]{1,4}$", "^(yes|no)$", "^\\d+$"]),
  json_schema: schemaValue,
  schema: schemaValue,
  parameters: schemaValue,
  input_schema: schemaValue,
  arguments: (draws) => draws.pick(["{}", '{"a": 1}', "{", "[]"]),
  name: (draws) => draws.pick(["get_weather", "f", "a-b_c"]),
};

/** Tried in turn where a text must match a pattern. */
const CANDIDATES = [...WORDS, "0", "7", "a", "get_weather", "call_1", "2024-01-01", "data:,a", ""];

function textOf({ minLength = 0, maxLength = 64, pattern }, draws) {
  if (pattern !== undefined) {
    const matches = new RegExp(pattern, "u");
    const fitting = CANDIDATES.filter(
      (text) => text.length >= minLength && text.length <= maxLength && matches.test(text),
    );
    return fitting.length > 0 ? draws.pick(fitting) : "";
  }
  const edge = draws.chance(0.05) ? Math.min(maxLength, 1000) : Math.min(maxLength, 12);
  return "abc ".repeat(300).slice(0, Math.max(minLength, draws.below(edge + 1)));
}

function numberOf({ minimum, maximum, exclusiveMinimum, default: usual }, draws, integer) {
  const least = minimum ?? (exclusiveMinimum === undefined ? -10 : exclusiveMinimum + (integer ? 1 : 0.1));
  const most = maximum ?? least + 100;
  if (draws.chance(0.3)) return usual ?? least;
  if (draws.chance(0.3)) return draws.pick([least, most]);
  const near = least + draws.below(Math.min(most - least, 10) + 1);
  return integer ? near : Math.min(most, near + draws.below(100) / 100);
}

function arrayOf({ items = {}, minItems = 0, maxItems = 3 }, draws) {
  const length = Math.max(minItems, draws.below(Math.min(maxItems, 3) + 1));
  return Array.from({ length: Math.min(length, 100) }, () => valueOf(items, draws));
}

function memberOf(name, schema, draws) {
  const known = Object.hasOwn(MEMBERS, name) ? MEMBERS[name](draws) : undefined;
  return known ?? valueOf(schema, draws);
}

/** How often an optional member is there. Answers must end soon, so that most have a limit of their own. */
function shareOf(name, { accepted }) {
  if (accepted !== undefined) return 0.03; // Nothing but one value, which asks for nothing.
  return /^max_.*tokens$/.test(name) ? 0.95 : 0.25;
}

/** Of each line's members a request may have one. */
const ALTERNATIVES = [
  /^max_.*tokens$/,
  /^(tools|grammar|json_schema|regex|choice|response_format)$/,
  /^(best_of|stream)$/,
  /^(suffix|echo)$/,
];

/** Members that belong to another one. */
const PARTS = { stream_options: "stream", top_logprobs: "logprobs", tool_choice: "tools" };

/** What schemas do not say of members, for one request in ten to get wrong all the same. */
function consistent(members, draws) {
  if (draws.chance(0.1)) return members;
  for (const alternatives of ALTERNATIVES) {
    const given = Object.keys(members).filter((name) => alternatives.test(name));
    const kept = given.length > 1 ? draws.pick(given) : given[0];
    for (const name of given) if (name !== kept) delete members[name];
  }
  for (const [part, whole] of Object.entries(PARTS))
    if (members[whole] === undefined || members[whole] === false) delete members[part];
  return members;
}

function objectOf({ properties = {}, required = [], patternProperties = {}, additionalProperties }, draws) {
  // TypeBox calls members with a default required.
  const isNeeded = ([name, schema]) => required.includes(name) && schema.default === undefined;
  const given = Object.entries(properties).filter(
    ([name, schema]) => isNeeded([name, schema]) || draws.chance(shareOf(name, schema)),
  );
  const members = given.map(([name, schema]) => [name, memberOf(name, schema, draws)]);
  for (const [pattern, schema] of Object.entries(patternProperties)) {
    if (draws.chance(0.5)) members.push([textOf({ pattern }, draws), valueOf(schema, draws)]);
  }
  if (typeof additionalProperties === "object") members.push(["a", valueOf(additionalProperties, draws)]);
  return consistent(Object.fromEntries(members), draws);
}

const ANY = [null, true, 0, "a", [], {}, [1, "a"], { a: 1 }];

const BY_TYPE = {
  string: textOf,
  number: (schema, draws) => numberOf(schema, draws, false),
  integer: (schema, draws) => numberOf(schema, draws, true),
  boolean: (_, draws) => draws.chance(0.5),
  null: () => null,
  array: arrayOf,
  object: objectOf,
};

function typeOf({ type, properties }, draws) {
  if (Array.isArray(type)) return draws.pick(type);
  return type ?? (properties ? "object" : undefined);
}

/** @param {object} schema as TypeBox makes them; of what it cannot express, any value */
export function valueOf(schema, draws) {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return draws.pick(schema.enum);
  const branches = schema.anyOf ?? schema.oneOf;
  if (branches) return valueOf(draws.pick(branches), draws);
  return BY_TYPE[typeOf(schema, draws)]?.(schema, draws) ?? structuredClone(draws.pick(ANY));
}
