import { ApiError } from "../errors.js";
import { regexGrammar } from "./regex-grammar.js";

/**
 * Bounds of a schema that reaches native code, where the converter to a grammar recurses and multiplies. The largest
 * schema within them takes it some ten milliseconds.
 */
const LIMITS = {
  bytes: 64 * 1024,
  depth: 24,
  /** Schemas within the schema. */
  nodes: 2000,
  /** Values of all `enum`s. */
  values: 2000,
  /** Of `minItems` and the like: that many copies come into the grammar. */
  count: 2000,
  patternCharacters: 1024,
  /** Schemas that alternatives of references unfold into: two references to each of 30 definitions would be 2^30. */
  unfolded: 4096,
} as const;

type Json = Record<string, unknown>;

/** NUL and lone surrogates, which are all that JSON.stringify writes so. */
const UNUSABLE_TEXT = /(?<!\\)(?:\\\\)*\\u(?:d[89a-f]|0000)/;

/** What each keyword holds; a keyword that the converter knows nothing of is not here. */
const KEYWORDS: Record<
  string,
  "schema" | "schemas" | "named schemas" | "count" | "pattern" | "values" | "plain"
> = {
  type: "plain",
  properties: "named schemas",
  required: "plain",
  additionalProperties: "schema",
  items: "schema",
  prefixItems: "schemas",
  minItems: "count",
  maxItems: "count",
  minLength: "count",
  maxLength: "count",
  pattern: "pattern",
  format: "plain",
  minimum: "plain",
  maximum: "plain",
  exclusiveMinimum: "plain",
  exclusiveMaximum: "plain",
  enum: "values",
  const: "plain",
  anyOf: "schemas",
  oneOf: "schemas",
  allOf: "schemas",
  $ref: "plain",
  $defs: "named schemas",
  definitions: "named schemas",
};

/** Say something about values, and allow all the same ones. */
const ANNOTATIONS = new Set(
  "title description default examples example $schema $id $comment deprecated readOnly writeOnly".split(" "),
);

/** Honoured for integers alone. */
const NUMBER_BOUNDS = ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"];

const FORMATS = new Set(["date", "time", "date-time", "uuid", "uuid1", "uuid2", "uuid3", "uuid4", "uuid5"]);

/**
 * A schema as JSON text that native code may be given.
 * @param strict What the grammar could not enforce is refused; else it is only a hint.
 * @throws ApiError naming the place.
 */
export function checkedSchema(schema: object, param: string, strict: boolean): string {
  const text = JSON.stringify(schema);
  if (text.length > LIMITS.bytes) throw refusal(param, `at most ${LIMITS.bytes} bytes`, `${text.length}`);
  if (UNUSABLE_TEXT.test(text)) throw refusal(param, "without NUL or lone surrogates", "some");
  new SchemaCheck(schema as Json, param, strict).run();
  return text;
}

class SchemaCheck {
  #nodes = 0;
  #values = 0;

  constructor(
    private readonly root: Json,
    private readonly param: string,
    private readonly strict: boolean,
  ) {}

  run(): void {
    this.#node(this.root, this.param, 1);
    new Unfolding(this.root, this.param).run();
  }

  #node(schema: unknown, path: string, depth: number): void {
    if (typeof schema !== "object" || schema === null || Array.isArray(schema))
      throw refusal(path, "a schema object", JSON.stringify(schema));
    if (depth > LIMITS.depth) throw refusal(path, `at most ${LIMITS.depth} levels of schemas`, "more");
    if (++this.#nodes > LIMITS.nodes) throw refusal(this.param, `at most ${LIMITS.nodes} schemas`, "more");
    const members = schema as Json;
    for (const [keyword, value] of Object.entries(members))
      this.#keyword(keyword, value, `${path}.${keyword}`, depth);
    if (this.strict) checkStrict(members, path);
  }

  #keyword(keyword: string, value: unknown, path: string, depth: number): void {
    switch (Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined) {
      case "schema":
        if (typeof value === "boolean" && keyword === "additionalProperties") return;
        // Older drafts' form of `prefixItems`.
        if (Array.isArray(value) && keyword === "items") this.#list(value, path, depth);
        else this.#node(value, path, depth + 1);
        return;
      case "schemas":
        if (!Array.isArray(value) || value.length === 0)
          throw refusal(path, "an array of schemas", typeName(value));
        this.#list(value, path, depth);
        return;
      case "named schemas":
        this.#named(value, path, depth);
        return;
      case "count":
        checkCount(value, path);
        return;
      case "pattern":
        checkPattern(value, path);
        return;
      case "values":
        this.#enum(value, path);
        return;
      case "plain":
        return;
      default:
        if (this.strict && !ANNOTATIONS.has(keyword))
          throw new ApiError("unsupported_schema", { path }, this.param);
    }
  }

  #list(schemas: unknown[], path: string, depth: number): void {
    schemas.forEach((one, index) => this.#node(one, `${path}[${index}]`, depth + 1));
  }

  #named(schemas: unknown, path: string, depth: number): void {
    if (typeof schemas !== "object" || schemas === null || Array.isArray(schemas))
      throw refusal(path, "an object of schemas", typeName(schemas));
    for (const [name, one] of Object.entries(schemas)) this.#node(one, `${path}.${name}`, depth + 1);
  }

  #enum(values: unknown, path: string): void {
    if (!Array.isArray(values) || values.length === 0)
      throw refusal(path, "a filled array", typeName(values));
    this.#values += values.length;
    if (this.#values > LIMITS.values)
      throw refusal(path, `at most ${LIMITS.values} values in all enums`, "more");
  }
}

function checkCount(value: unknown, path: string): void {
  const fits = Number.isInteger(value) && (value as number) >= 0 && (value as number) <= LIMITS.count;
  if (!fits) throw refusal(path, `an integer from 0 to ${LIMITS.count}`, JSON.stringify(value));
}

function checkPattern(value: unknown, path: string): void {
  if (typeof value !== "string") throw refusal(path, "a string", typeName(value));
  if (value.length > LIMITS.patternCharacters)
    throw refusal(path, `at most ${LIMITS.patternCharacters} characters`, `${value.length}`);
}

/** What the converter would silently leave out. */
function checkStrict(schema: Json, path: string): void {
  const bound = NUMBER_BOUNDS.find((keyword) => keyword in schema);
  if (bound !== undefined && schema["type"] !== "integer")
    throw new ApiError("unsupported_schema", { path: `${path}.${bound}` }, path);
  const format = schema["format"];
  checkStrictPattern(schema["pattern"], path);
  if (format !== undefined && !(typeof format === "string" && FORMATS.has(format)))
    throw new ApiError("unsupported_schema", { path: `${path}.format` }, path);
}

/** The converter takes a pattern that it cannot follow for any text at all. */
function checkStrictPattern(pattern: unknown, path: string): void {
  if (typeof pattern !== "string") return;
  if (!/^\^.*\$$/s.test(pattern)) throw refusal(`${path}.pattern`, "anchored by '^' and '$'", pattern);
  try {
    regexGrammar(pattern);
  } catch (error) {
    throw refusal(
      `${path}.pattern`,
      "a regular expression that a grammar can follow",
      (error as Error).message,
    );
  }
}

/** References among alternatives, which the converter follows again and again. */
class Unfolding {
  readonly #sizes = new Map<string, number>();

  constructor(
    private readonly root: Json,
    private readonly param: string,
  ) {}

  run(): void {
    this.#everywhere(this.root);
  }

  #everywhere(value: unknown): void {
    if (typeof value !== "object" || value === null) return;
    if (!Array.isArray(value)) this.#size(value as Json);
    for (const part of Object.values(value)) this.#everywhere(part);
  }

  #size(schema: Json): number {
    const { $ref } = schema;
    const size = typeof $ref === "string" ? 1 + this.#referred($ref) : 1 + this.#alternatives(schema);
    if (size > LIMITS.unfolded)
      throw refusal(this.param, `references that unfold into at most ${LIMITS.unfolded} schemas`, "more");
    return size;
  }

  #alternatives(schema: Json): number {
    const all = [schema["anyOf"], schema["oneOf"], schema["allOf"]].flatMap((list) =>
      Array.isArray(list) ? (list as unknown[]) : [],
    );
    return all.reduce<number>((sum, one) => sum + (isObject(one) ? this.#size(one) : 0), 0);
  }

  #referred(ref: string): number {
    const known = this.#sizes.get(ref);
    if (known === Infinity)
      throw refusal(
        this.param,
        "references that reach themselves only through properties or items",
        `'${ref}'`,
      );
    if (known !== undefined) return known;
    const target = this.#resolve(ref);
    if (!isObject(target)) throw refusal(this.param, "references to schemas within it ('#/…')", `'${ref}'`);
    this.#sizes.set(ref, Infinity);
    const size = this.#size(target);
    this.#sizes.set(ref, size);
    return size;
  }

  #resolve(ref: string): unknown {
    if (!ref.startsWith("#/")) return undefined;
    const names = ref.slice(2).split("/");
    return names.reduce<unknown>((at, name) => {
      if (typeof at !== "object" || at === null || !Object.hasOwn(at, name)) return undefined;
      return (at as Json)[name];
    }, this.root);
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "an empty array" : "an array";
  return value === null ? "null" : `a ${typeof value}`;
}

function refusal(path: string, expected: string, received: string): ApiError {
  const short = received.length > 60 ? `${received.slice(0, 60)}…` : received;
  return new ApiError("invalid_value", { what: `'${path}'`, expected, received: short }, path);
}
