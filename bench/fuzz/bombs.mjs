// Input that costs little to send and much to work on: what ended llama-server, and more of the kind. Each is made when
// it is asked for: some are megabytes.

const range = (count) => Array.from({ length: count }, (_, i) => i);
const rules = (count, rule) => range(count).map(rule).join("\n");

/** GBNF, by what is bad about it. */
export const GRAMMARS = {
  "another dialect": () => '%llguidance {}\nstart: "a"',
  "60,000 parentheses": () => `root ::= ${"(".repeat(60_000)}"a"${")".repeat(60_000)}`,
  "200,000 parentheses": () => `root ::= ${"(".repeat(200_000)}`,
  "1,000 parentheses": () => `root ::= ${"(".repeat(1000)}"a"${")".repeat(1000)}`,
  "a chain of 200,000 rules": () =>
    `root ::= r0\n${rules(200_000, (i) => `r${i} ::= r${i + 1}`)}\nr200000 ::= "a"`,
  "a chain of 2,000 rules": () => `root ::= r0\n${rules(2000, (i) => `r${i} ::= r${i + 1}`)}\nr2000 ::= "a"`,
  "doubling rules": () => `root ::= r0\n${rules(60, (i) => `r${i} ::= r${i + 1} r${i + 1}`)}\nr60 ::= "a"?`,
  "left recursion": () => 'root ::= root "a" | "a"',
  "hidden left recursion": () => 'root ::= a? root "x" | "y"\na ::= "a"?',
  "a loop of rules": () => "root ::= a\na ::= b\nb ::= a",
  "exponential ambiguity": () => 'root ::= s\ns ::= "a" t s | "a" s t | "a" | t\nt ::= "a" | "a" t | s? "a"',
  "nested stars": () => 'root ::= (((("a"*)*)*)*)*',
  "nested empty": () => 'root ::= ((""*)*)* ""',
  "a huge repetition": () => 'root ::= "a"{1000000000}',
  "repetitions of repetitions": () => 'root ::= (((("a"{1,1000}){1,1000}){1,1000}){1,1000}){1,1000}',
  "a repetition beyond integers": () => 'root ::= "a"{99999999999999999999}',
  "a repetition backwards": () => 'root ::= "a"{5,2}',
  "100,000 alternatives": () =>
    `root ::= ${range(100_000)
      .map((i) => `"${i}"`)
      .join(" | ")}`,
  "a huge class": () => `root ::= [${"a-z".repeat(50_000)}]+`,
  "a class without end": () => "root ::= [a-",
  "a class backwards": () => "root ::= [z-a]",
  "a text without end": () => 'root ::= "a',
  "a bad escape": () => 'root ::= "\\xZZ\\u12\\U0011FFFF"',
  "no root": () => 'start ::= "a"',
  "an undefined rule": () => "root ::= nothing",
  "nothing at all": () => "",
  "no grammar": () => "}{)(*&^%$#@!",
  "a token that is none": () => "root ::= <[99999999]> | !<[-1]> | <|nothing|>",
  "a rule that is never over": () => 'root ::= "a" root',
  "a name of 100,000 letters": () => `root ::= ${"n".repeat(100_000)}`,
  NUL: () => 'root ::= "a\0b"',
  "100,000 comments": () => `${"# x\n".repeat(100_000)}root ::= "a"`,
};

/** Regular expressions. */
export const REGEXES = {
  catastrophic: () => "^(a+)+$",
  "catastrophic alternatives": () => "^(a|aa|a?)*b$",
  "huge repetition": () => "^a{1,100000000}$",
  "repetitions of repetitions": () => "^(((a{1,999}){1,999}){1,999}){1,999}$",
  "60,000 parentheses": () => `^${"(".repeat(60_000)}a${")".repeat(60_000)}$`,
  "a back-reference": () => "^(a)\\1\\99$",
  "look-around": () => "^(?=a)(?!b)(?<=c)(?<!d)$",
  "without end": () => "^[a-",
  "a bad escape": () => "\\",
  "a class of all": () => "^[\\s\\S]*[^\\d\\D]$",
  "a property": () => "^\\p{L}+$",
  "100,000 letters": () => "a".repeat(100_000),
  "100,000 alternatives": () => `^(${"a|".repeat(100_000)}b)$`,
};

function nested(levels, wrap, core) {
  return range(levels).reduce((inner) => wrap(inner), core);
}

const object = (properties, more = {}) => ({ type: "object", properties, ...more });
const inProperty = (inner) => object({ a: inner }, { required: ["a"], additionalProperties: false });

/** JSON Schema. Those nested deeper than JSON may be are in DEEP. */
export const SCHEMAS = {
  "28 deep": () => nested(28, inProperty, { type: "string" }),
  "arrays 50 deep": () => nested(50, (items) => ({ type: "array", items }), { type: "string" }),
  "alternatives 12 deep": () => nested(12, (inner) => ({ anyOf: [inner, inner] }), { type: "string" }),
  "a reference to itself": () => ({ $ref: "#" }),
  "a loop of references": () => ({
    $ref: "#/$defs/a",
    $defs: { a: { $ref: "#/$defs/b" }, b: { $ref: "#/$defs/a" } },
  }),
  "a schema within itself": () => object({ a: { $ref: "#" } }, { required: ["a"] }),
  "a reference that doubles": () => ({
    $defs: Object.fromEntries(
      range(40).map((i) => [
        `d${i}`,
        object({ a: { $ref: `#/$defs/d${i + 1}` }, b: { $ref: `#/$defs/d${i + 1}` } }),
      ]),
    ),
    $ref: "#/$defs/d0",
  }),
  "a reference to nothing": () => ({ $ref: "#/$defs/nothing" }),
  "a reference to a file": () => ({ $ref: "file:///etc/passwd" }),
  "a reference to the network": () => ({ $ref: "http://127.0.0.1:1/schema.json" }),
  "a reference that is none": () => ({ $ref: 7 }),
  "huge minItems": () => ({ type: "array", items: { type: "string" }, minItems: 2 ** 31 - 1 }),
  "huge maxItems": () => ({ type: "array", items: { type: "integer" }, maxItems: 1e15 }),
  "many items of many items": () =>
    nested(6, (items) => ({ type: "array", items, minItems: 100, maxItems: 1000 }), { type: "boolean" }),
  "huge maxLength": () => ({ type: "string", maxLength: 2 ** 53 }),
  "huge minLength": () => ({ type: "string", minLength: 1e9 }),
  "negative lengths": () => ({ type: "string", minLength: -5, maxLength: -9 }),
  "lengths that are no integers": () => ({ type: "string", minLength: 0.5, maxLength: "7" }),
  "bounds beyond integers": () => ({ type: "integer", minimum: -1e300, maximum: 1e300 }),
  "bounds that exclude each other": () => ({ type: "integer", minimum: 5, maximum: 4 }),
  "10,000 properties": () =>
    object(Object.fromEntries(range(10_000).map((i) => [`p${i}`, { type: "string" }]))),
  "1,000 optional properties": () =>
    object(Object.fromEntries(range(1000).map((i) => [`p${i}`, { type: "null" }])), {
      additionalProperties: false,
    }),
  "20,000 values": () => ({ enum: range(20_000) }),
  "a value of 100,000 letters": () => ({ const: "x".repeat(100_000) }),
  "a value that is nested": () => ({ const: nested(30, (inner) => [inner], 1) }),
  "an empty enum": () => ({ enum: [] }),
  "a type that is none": () => ({ type: "whatever" }),
  "a type of the wrong type": () => ({ type: 7 }),
  "100,000 alternatives": () => ({ anyOf: range(30_000).map(() => ({ type: "null" })) }),
  "properties of the wrong type": () => ({ type: "object", properties: [1, 2], required: "a" }),
  "names of the language's own": () =>
    object(
      Object.fromEntries(
        ["constructor", "toString", "hasOwnProperty", "root", "", '"', "\\", "\n"].map((name) => [
          name,
          { type: "null" },
        ]),
      ),
    ),
  "a name of 100,000 letters": () => object({ ["n".repeat(100_000)]: { type: "null" } }),
  false: () => false,
  true: () => true,
  "a text": () => "string",
  "a list": () => [{ type: "string" }],
  ...Object.fromEntries(
    Object.entries(REGEXES).map(([name, make]) => [
      `pattern: ${name}`,
      () => ({ type: "string", pattern: make() }),
    ]),
  ),
};

/** The text of a schema that nests `levels` deep: as a value it could not be made into text. */
export function deepSchema(levels) {
  return `${'{"type":"object","properties":{"a":'.repeat(levels)}{"type":"string"}${"}}".repeat(levels)}`;
}
