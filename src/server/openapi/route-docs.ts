import type { TSchema } from "typebox";
import type { ErrorCode } from "../errors.js";

declare module "fastify" {
  interface FastifyContextConfig {
    /** What /openapi.json says of this route beside its schemas; null keeps it out. */
    docs?: RouteDocs | null;
  }
}

export const TAGS = {
  Generation: "Text from prompts.",
  Vectors: "What texts mean, and how well they answer.",
  Tokens: "Texts as models read them. Takes no slot of the engine.",
  Models: "What this server serves.",
  Operations: "For those who run it.",
} as const;

/** What is known of a route beside the schemas that validate its requests. Documentation only: nothing is serialised by it. */
export interface RouteDocs {
  /** Unique, in camel case; with "Request" behind it also the name of the body's schema. */
  operationId: string;
  tag: keyof typeof TAGS;
  summary: string;
  description?: string;
  /** What 200 brings, by media type; of server-sent events the data of each. */
  answers: Record<string, TSchema>;
  /** Answers of other statuses that are no errors of the table. */
  otherAnswers?: Record<number, { description: string; schema: TSchema }>;
  /** Beside those that every route has, and those that every body can be refused with. */
  errors?: readonly ErrorCode[];
  /** Of an API that words its errors in a way of its own. */
  errorBody?: TSchema;
  /** What stands for each name in the path. */
  parameters?: Record<string, string>;
  /** A body to try. */
  example?: object;
}

/** What any request can end with. */
export const COMMON_ERRORS: readonly ErrorCode[] = [
  "bad_request",
  "host_not_allowed",
  "headers_too_large",
  "internal_error",
];

/** What asking for a key can end with. */
export const KEY_ERRORS: readonly ErrorCode[] = ["invalid_api_key"];

/** What a JSON body can be refused with before its route sees it. */
export const BODY_ERRORS: readonly ErrorCode[] = [
  "invalid_json",
  "invalid_utf8",
  "json_too_deep",
  "json_too_large",
  "invalid_value",
  "missing_parameter",
  "unknown_parameter",
  "unsupported_parameter",
  "request_timeout",
  "body_too_large",
  "unsupported_media_type",
];

/** What a query can be refused with. */
export const QUERY_ERRORS: readonly ErrorCode[] = [
  "invalid_value",
  "unknown_parameter",
  "unsupported_parameter",
];

/** What a chat can be refused with where it is only written or counted. */
export const TEMPLATE_ERRORS: readonly ErrorCode[] = [
  "conflicting_parameters",
  "thinking_not_supported",
  "template_failed",
  "invalid_prompt",
];

/** What asking a model can end with. */
export const MODEL_ERRORS: readonly ErrorCode[] = [
  "model_not_found",
  "model_not_supported",
  "queue_full",
  "queue_timeout",
  "wait_too_long",
  "model_loading",
  "model_failed",
  "rate_limit_exceeded",
  "draining",
  "drain_timeout",
  "engine_restarting",
  "engine_failed",
];

/** What a request that waits for a slot and generates can end with. */
export const GENERATION_ERRORS: readonly ErrorCode[] = [
  "conflicting_parameters",
  "context_length_exceeded",
  "invalid_prompt",
  "policy_blocked",
  "unsupported_schema",
  "invalid_constraint",
  "constraint_failed",
  "deadline_exceeded",
  ...MODEL_ERRORS,
];
