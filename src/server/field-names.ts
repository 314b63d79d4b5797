import type { ApiError } from "./errors.js";

/** How fields of a chat's body are called in another API. */
export type FieldNames = readonly (readonly [RegExp, string])[];

/** An error of the chat that a body was turned into, in the names that its client knows. */
export function inNamesOf(names: FieldNames, error: ApiError): { message: string; param: string | null } {
  const { message, param } = error;
  // Names what came, and no field of the chat's.
  if (error.code === "unknown_parameter") return { message, param };
  const rename = (text: string) =>
    names.reduce((renamed, [name, own]) => renamed.replaceAll(name, own), text);
  return { message: rename(message), param: param && rename(param) };
}
