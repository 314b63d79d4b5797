import type { ApiError } from "../errors.js";
import { inNamesOf, type FieldNames } from "../field-names.js";

const NAMES: FieldNames = [
  [/tools\[(\d+)\]\.function/g, "tools[$1]"],
  [/tool_choice\.function/g, "tool_choice"],
  [/reasoning_effort/g, "reasoning.effort"],
  [/^messages$/g, "input"],
];

/** OpenAI's error object, in the names of this API. */
export function responsesError(error: ApiError): object {
  return { error: { ...error.body.error, ...inNamesOf(NAMES, error) } };
}
