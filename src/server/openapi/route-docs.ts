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
  /** What stands for each name in the path. */
  parameters?: Record<string, string>;
  /** A body to try. */
  example?: object;
}

/** What any request can end with. */
export const COMMON_ERRORS: readonly ErrorCode[] = ["bad_request", "headers_too_large", "internal_error"];

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

/** What a request that waits for a slot and the engine can end with. */
export const GENERATION_ERRORS: readonly ErrorCode[] = [
  "conflicting_parameters",
  "context_length_exceeded",
  "invalid_prompt",
  "unsupported_schema",
  "invalid_constraint",
  "constraint_failed",
  "model_not_found",
  "rate_limit_exceeded",
  "deadline_exceeded",
  "queue_full",
  "queue_timeout",
  "model_loading",
  "draining",
  "drain_timeout",
  "engine_restarting",
  "engine_failed",
];
