import { DIALECT_NAMES, type DialectName } from "../metrics/dialect.js";
import { ApiError } from "./errors.js";
import { shown } from "./schema-errors.js";
import { UsageError } from "./settings.js";

const EXPECTED = `names of ${DIALECT_NAMES.join(", ")}, separated by commas,`;

/** Each once, in the order of the table whatever that of the text; undefined for the first that is none. */
function dialectsIn(texts: readonly string[], unknown: (name: string) => Error): DialectName[] {
  const names = texts.flatMap((text) => text.split(",")).map((name) => name.trim());
  const stranger = names.find((name) => !DIALECT_NAMES.some((known) => known === name));
  if (stranger !== undefined) throw unknown(stranger);
  return DIALECT_NAMES.filter((name) => names.includes(name));
}

/** What --metrics-dialects names. @throws UsageError */
export function dialectsOfSetting(setting: string): DialectName[] {
  return dialectsIn(
    [setting],
    (name) => new UsageError(`Expected ${EXPECTED} for --metrics-dialects, but received '${name}'.`),
  );
}

/** What a query names, once or several times. @throws ApiError */
export function dialectsOfQuery(dialect: string | readonly string[]): DialectName[] {
  return dialectsIn([dialect].flat(), (name) => {
    const details = { what: "'dialect'", expected: EXPECTED.slice(0, -1), received: shown(name) };
    return new ApiError("invalid_value", details, "dialect");
  });
}
