import { ERRORS, type ErrorCode } from "../errors.js";
import type { JsonSchema } from "./request-schema.js";

const RETRY_AFTER = {
  "Retry-After": { description: "seconds after which to ask again", schema: { type: "integer" } },
};

/** The errors of a route by their status, with the codes that each can have. */
export function documentedErrors(codes: readonly ErrorCode[], schema: JsonSchema): Record<number, object> {
  const content = { "application/json": { schema } };
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))];
  const answers = statuses.map((status) => {
    const those = codes.filter((code) => ERRORS[code].status === status);
    return [status, answer(those, content)];
  });
  return Object.fromEntries(answers) as Record<number, object>;
}

function answer(codes: readonly ErrorCode[], content: object): object {
  const retries = codes.some((code) => "retryAfter" in ERRORS[code]);
  const description = codes.map(line).join("\n");
  return { description, ...(retries && { headers: RETRY_AFTER }), content };
}

function line(code: ErrorCode): string {
  const { message } = ERRORS[code];
  return message === "{reason}" ? `- \`${code}\`` : `- \`${code}\`: ${message}`;
}
