import type { FastifySchemaValidationError } from "fastify/types/schema.js";
import { ApiError } from "./errors.js";

/** Ajv's error in verbose mode, which names the schema that was not met and the value that came. */
interface SchemaError extends FastifySchemaValidationError {
  parentSchema?: { description?: string; accepted?: string; patternProperties?: object };
  data?: unknown;
}

const SHOWN_CHARACTERS = 60;

/** Words the first thing that is wrong with a body as an OpenAI error whose `param` names the place. */
export function schemaError(errors: FastifySchemaValidationError[]): ApiError {
  const error = deepest(errors);
  const param = paramOf(error.instancePath);
  const { missingProperty, additionalProperty } = error.params as Record<string, string | undefined>;
  if (missingProperty !== undefined) {
    const name = join(param, missingProperty);
    return new ApiError("missing_parameter", { what: quoted(name) }, name);
  }
  if (additionalProperty !== undefined && !error.parentSchema?.patternProperties) {
    const name = join(param, cut(additionalProperty));
    return new ApiError("unknown_parameter", { name }, name);
  }
  const received = shown(error.data);
  const accepted = error.parentSchema?.accepted;
  if (accepted !== undefined) {
    return new ApiError("unsupported_parameter", { what: quoted(param), accepted, received }, param);
  }
  const expected = error.parentSchema?.description ?? whatItMustBe(error.message);
  return new ApiError("invalid_value", { what: quoted(param), expected, received }, param);
}

/** Ajv's "must be object" as "an object". */
function whatItMustBe(message = "valid"): string {
  const what = message.replace(/^must be /, "");
  return /^[a-z]+$/.test(what) ? `a${/^[aeiou]/.test(what) ? "n" : ""} ${what}` : what;
}

/** Of the branches of a union, the one that went furthest into the value says best what is wrong with it. */
function deepest(errors: FastifySchemaValidationError[]): SchemaError {
  const depth = (error: SchemaError) => error.instancePath.split("/").length;
  // "if" only says that one of the others holds (variants.ts).
  return errors
    .filter(({ keyword }) => keyword !== "if")
    .reduce((best, error) => (depth(error) >= depth(best) ? error : best));
}

/** "/messages/0/role" as "messages[0].role"; null for the body itself. */
function paramOf(pointer: string): string | null {
  if (pointer === "") return null;
  const names = pointer.slice(1).split("/");
  return names.map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~")).reduce<string>(join, "");
}

function join(path: string | null, name: string): string {
  if (!path) return name;
  return /^\d+$/.test(name) ? `${path}[${name}]` : `${path}.${name}`;
}

function quoted(param: string | null): string {
  return param === null ? "the request body" : `'${param}'`;
}

/** A value as JSON, cut to one short line; what is cut from texts and arrays is not even looked at. */
export function shown(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  return cut(JSON.stringify(value, (_, part) => startOf(part)));
}

function startOf(value: unknown): unknown {
  return typeof value === "string" || Array.isArray(value) ? value.slice(0, SHOWN_CHARACTERS) : value;
}

/** What a client named, short enough for a message. */
export function cut(text: string): string {
  return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS)}…`;
}
