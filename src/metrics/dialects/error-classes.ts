/**
 * The codes that requests end with, by what went wrong: other systems count by classes like these. `rejected` is
 * nobody's error: such requests are counted as turned away.
 */
export const ERROR_CLASSES = {
  invalid: [
    "invalid_json",
    "invalid_utf8",
    "json_too_deep",
    "json_too_large",
    "invalid_value",
    "missing_parameter",
    "unknown_parameter",
    "unsupported_parameter",
    "conflicting_parameters",
    "context_length_exceeded",
    "unsupported_schema",
    "invalid_constraint",
    "constraint_failed",
    "thinking_not_supported",
    "infill_not_supported",
    "invalid_prompt",
    "policy_blocked",
    "template_failed",
    "bad_request",
    "invalid_api_key",
    "admin_only",
    "host_not_allowed",
    "model_not_found",
    "previous_response_not_found",
    "response_not_found",
    "thread_unsupported_request",
    "model_not_supported",
    "unknown_url",
    "method_not_allowed",
    "request_timeout",
    "body_too_large",
    "unsupported_media_type",
    "headers_too_large",
  ],
  rejected: ["rate_limit_exceeded", "queue_full", "wait_too_long", "model_loading", "draining"],
  timeout: ["deadline_exceeded", "queue_timeout"],
  engine: ["engine_failed", "engine_restarting", "model_failed"],
  shutdown: ["drain_timeout"],
  internal: ["internal_error"],
  /** Who leaves, and who does not read what is written, which is cut off. */
  client_abort: ["client_abort", "client_unread"],
} as const;

/** What the server is to blame for. */
const { timeout, engine, shutdown, internal } = ERROR_CLASSES;
export const SERVER_ERRORS = { timeout, engine, shutdown, internal };
