import type { Outcome } from "../metrics/catalog.js";

interface ErrorKind {
  status: number;
  /** OpenAI's coarse class, which its clients show. */
  type: "invalid_request_error" | "rate_limit_error" | "server_error";
  /** What a generation request that ends with it counts as. */
  outcome: Outcome;
  /** `{name}` is replaced by the detail of that name. */
  message: string;
  /** Seconds, for what waiting can mend. */
  retryAfter?: number;
  /** False where official clients would send the same request again by themselves, and should not. */
  retries?: false;
  /** The client should send its next request elsewhere. */
  closes?: true;
}

const client = { status: 400, type: "invalid_request_error", outcome: "invalid" } as const;
const ours = { status: 500, type: "server_error", outcome: "error" } as const;
const busy = { status: 503, type: "server_error", outcome: "rejected", retryAfter: 1 } as const;

/** Every error this server answers with. The key is the stable `code`; a code is never used again for another meaning. */
export const ERRORS = {
  invalid_json: { ...client, message: "Expected the request body to be JSON: {reason}." },
  invalid_utf8: {
    ...client,
    message: "Expected the request body to be UTF-8, but it holds bytes that are not.",
  },
  json_too_deep: { ...client, message: "Expected at most {limit} levels of nested JSON, but received more." },
  json_too_large: {
    ...client,
    message: "Expected at most {limit} JSON objects, arrays and members, but received more.",
  },
  invalid_value: { ...client, message: "Expected {what} to be {expected}, but received {received}." },
  missing_parameter: { ...client, message: "Missing required parameter: {what}." },
  unknown_parameter: { ...client, message: "Unrecognized request argument: {name}." },
  unsupported_parameter: {
    ...client,
    message: "{what} is not supported yet: leave it out, or send {accepted} (received {received}).",
  },
  conflicting_parameters: { ...client, message: "Expected only one of {what}, but received both." },
  context_length_exceeded: { ...client, message: "{reason}" },
  unsupported_schema: {
    ...client,
    message: "'{path}' cannot be enforced: leave it out, or do not ask for a strict schema.",
  },
  invalid_constraint: { ...client, message: "The answer cannot be held to this: {reason}" },
  constraint_failed: { ...client, message: "{reason}" },
  thinking_not_supported: {
    ...client,
    message: "This model does not think before it answers: leave {what} out.",
  },
  infill_not_supported: {
    ...client,
    message: "This model cannot fill in a text: it has no tokens for a gap. Leave out 'suffix'.",
  },
  invalid_prompt: { ...client, message: "{reason}" },
  policy_blocked: {
    ...client,
    message: "The request was stopped by this server's policy '{type}' ({reason}).",
  },
  template_failed: { ...client, message: "{reason}" },
  bad_request: { ...client, message: "{reason}" },
  invalid_api_key: {
    ...client,
    status: 401,
    message: "Expected a valid API key, as 'Authorization: Bearer KEY' or 'x-api-key: KEY'.",
  },
  admin_only: { ...client, status: 403, message: "This URL is for API keys with 'admin' only." },
  host_not_allowed: {
    ...client,
    status: 403,
    message:
      "Expected the Host header to name this machine (localhost, 127.0.0.1, [::1] or the name given as --host), but received {received}: " +
      "without API keys no other is answered, unless --allow-no-key is on.",
  },
  model_not_found: {
    ...client,
    status: 404,
    message: "The model '{model}' does not exist; {known}.",
  },
  previous_response_not_found: { ...client, message: "Previous response with id '{id}' not found." },
  response_not_found: { ...client, status: 404, message: "Response with id '{id}' not found." },
  /** Anthropic's own: with it their client sends the whole conversation. */
  thread_unsupported_request: {
    ...client,
    message: "Threads are not kept here: send the whole conversation, without 'thread'.",
  },
  model_not_supported: {
    ...client,
    status: 404,
    message: "The model '{model}' was made for {kind}; this request takes one for {wanted}.",
  },
  unknown_url: { ...client, status: 404, message: "Unknown request URL: {method} {path}." },
  method_not_allowed: {
    ...client,
    status: 405,
    message: "{path} does not answer {method}; it answers {allowed}.",
  },
  request_timeout: { ...client, status: 408, message: "The request did not arrive in time." },
  deadline_exceeded: {
    ...client,
    status: 408,
    outcome: "timeout",
    retries: false,
    message: "The request was not finished within its own limit of {seconds} s.",
  },
  body_too_large: { ...client, status: 413, message: "Expected a request body of at most {limit} bytes." },
  unsupported_media_type: {
    ...client,
    status: 415,
    message: "Expected Content-Type application/json, but received {received}.",
  },
  headers_too_large: { ...client, status: 431, message: "The request's headers are too large." },
  rate_limit_exceeded: {
    ...client,
    status: 429,
    type: "rate_limit_error",
    outcome: "rejected",
    message:
      "This API key's limit of {limit} {unit} a minute is used up; its next request can be taken in {seconds} s.",
  },
  queue_full: {
    ...busy,
    status: 429,
    type: "rate_limit_error",
    message: "The server is at capacity and its queue is full ({waiting} requests are waiting).",
  },
  wait_too_long: {
    ...busy,
    message:
      "The server is at capacity: a slot becomes free in about {wait} s, and this request may wait {limit} s.",
  },
  queue_timeout: { ...busy, outcome: "timeout", message: "No slot became free within {seconds} s." },
  model_loading: { ...busy, message: "The model is still loading." },
  model_failed: {
    ...busy,
    outcome: "error",
    message: "The model '{model}' could not be loaded; it is tried again in {seconds} s.",
  },
  draining: { ...busy, closes: true, message: "The server is shutting down." },
  drain_timeout: {
    ...busy,
    outcome: "error",
    closes: true,
    message: "The server shut down before the request was finished.",
  },
  engine_restarting: {
    ...busy,
    outcome: "error",
    message: "The engine ended unexpectedly and is being restarted; the request was lost.",
  },
  engine_failed: { ...ours, message: "{reason}" },
  internal_error: { ...ours, message: "The server failed to answer; the failure was logged." },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof ERRORS;

/** Names that a client has made up, such as a schema's properties, may be as long as its request. */
const DETAIL_LIMIT = 400;

function cut(text: string): string {
  if (text.length <= DETAIL_LIMIT) return text;
  // Half a character would be no text to those who print it.
  return `${text.slice(0, DETAIL_LIMIT - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** An error on its way to a client, in words meant for it. */
export class ApiError extends Error {
  readonly kind: ErrorKind;
  /** The field that is wrong. */
  readonly param: string | null;
  /** Fastify reads the status of a thrown error here. */
  readonly statusCode: number;

  constructor(
    readonly code: ErrorCode,
    details: Record<string, string | number> = {},
    param: string | null = null,
    readonly headers: Record<string, string> = {},
  ) {
    super(ERRORS[code].message.replace(/\{(\w+)\}/g, (_, name: string) => cut(String(details[name] ?? ""))));
    this.param = param === null ? null : cut(param);
    this.kind = ERRORS[code];
    this.statusCode = this.kind.status;
  }

  /** OpenAI's error object, the same in an answer and in an event stream. */
  get body(): { error: { message: string; type: string; param: string | null; code: string } } {
    return { error: { message: this.message, type: this.kind.type, param: this.param, code: this.code } };
  }
}
