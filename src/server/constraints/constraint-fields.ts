import { Type, type Static, type TObject } from "typebox";
import type { Constraint } from "../../engine/messages.js";
import { ApiError } from "../errors.js";
import { choiceGrammar } from "./choice-grammar.js";
import { checkedSchema } from "./json-schema.js";
import { regexGrammar } from "./regex-grammar.js";

/** A text of a grammar's size; the engine bounds what it says. */
const GRAMMAR_CHARACTERS = 64 * 1024;

/** Ways to say what the whole answer must be; a request may use one. */
export const constraintFields = {
  grammar: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: GRAMMAR_CHARACTERS,
      description: `a GBNF grammar of at most ${GRAMMAR_CHARACTERS} characters`,
    }),
  ),
  json_schema: Type.Optional(Type.Object({}, { description: "a JSON schema (an object)" })),
  regex: Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 4096,
      description: "a regular expression of at most 4096 characters, which the whole answer matches",
    }),
  ),
  choice: Type.Optional(
    Type.Array(Type.String({ minLength: 1, maxLength: 1024, description: "1 to 1024 characters" }), {
      minItems: 1,
      maxItems: 1024,
      description: "an array of 1 to 1024 texts, one of which is the answer",
    }),
  ),
};

export type ConstraintFields = Static<TObject<typeof constraintFields>>;

type Field = keyof typeof constraintFields;

const READERS: { [F in Field]: (value: NonNullable<ConstraintFields[F]>) => Constraint } = {
  grammar: (text) => ({ kind: "grammar", text, param: "grammar" }),
  json_schema: (schema) => ({
    kind: "schema",
    text: checkedSchema(schema, "json_schema", true),
    param: "json_schema",
  }),
  regex: (text) => grammarOf("regex", () => regexGrammar(text)),
  choice: (texts) => grammarOf("choice", () => choiceGrammar(texts)),
};

/** @param other What the request has beside these fields. @throws ApiError */
export function constraintOf(body: ConstraintFields, other: Constraint | null = null): Constraint | null {
  const own = (Object.keys(READERS) as Field[]).filter((name) => body[name] !== undefined);
  const [first, second] = [...(other ? [other.param] : []), ...own];
  if (second !== undefined)
    throw new ApiError("conflicting_parameters", { what: `'${first}' and '${second}'` }, second);
  if (own[0] === undefined) return other;
  return (READERS[own[0]] as (value: unknown) => Constraint)(body[own[0]]);
}

function grammarOf(field: Field, make: () => string): Constraint {
  try {
    return { kind: "grammar", text: make(), param: field };
  } catch (error) {
    throw new ApiError("invalid_constraint", { reason: `'${field}': ${(error as Error).message}` }, field);
  }
}
