import type { ApiError } from "../errors.js";
import { inNamesOf, type FieldNames } from "../field-names.js";

const NAMES: FieldNames = [
  [/tools\[(\d+)\]\.function\.parameters/g, "tools[$1].input_schema"],
  [/tools\[(\d+)\]\.function/g, "tools[$1]"],
  [/tool_choice\.function/g, "tool_choice"],
  [/reasoning_effort/g, "output_config.effort"],
  [/chat_template_kwargs\.enable_thinking/g, "thinking"],
];

/** Anthropic's classes of the statuses that have one of their own; 503 is what they answer with 529. */
const TYPES: Record<number, string> = {
  401: "authentication_error",
  403: "permission_error",
  404: "not_found_error",
  408: "timeout_error",
  413: "request_too_large",
  429: "rate_limit_error",
  503: "overloaded_error",
  504: "timeout_error",
};

/** Anthropic's error object. Its client shows `details.error_code`, which is the code of the table in errors.ts. */
export function messagesError(error: ApiError, requestId: string): object {
  const { status } = error.kind;
  const type = TYPES[status] ?? (status < 500 ? "invalid_request_error" : "api_error");
  const { message, param } = inNamesOf(NAMES, error);
  const details = { error_code: error.code, param };
  return { type: "error", error: { type, message, details }, request_id: requestId };
}
