import { Type, type TProperties, type TSchema } from "typebox";
import { ERRORS } from "../errors.js";

/** An object without other members. One with a title is a schema of its own in the document. */
export function answerObject<P extends TProperties>(properties: P, title?: string) {
  return Type.Object(properties, { additionalProperties: false, ...(title !== undefined && { title }) });
}

export function orNull<T extends TSchema>(schema: T, description?: string) {
  return Type.Union([schema, Type.Null()], description === undefined ? {} : { description });
}

export const count = Type.Integer({ minimum: 0 });

/** OpenAI's error object, the same in an answer and in an event stream. */
export const errorSchema = answerObject(
  {
    error: answerObject({
      message: Type.String({ description: "what was expected and what came, for people" }),
      type: Type.String({ description: "OpenAI's coarse class" }),
      param: orNull(Type.String(), "the field that is wrong, such as messages[0].role"),
      code: Type.Enum(Object.keys(ERRORS), { description: "stable: programs may rely on it" }),
    }),
  },
  "Error",
);

export const usageSchema = answerObject(
  {
    prompt_tokens: Type.Integer({ minimum: 0, description: "template and special tokens included" }),
    completion_tokens: Type.Integer({ minimum: 0, description: "every sampled token" }),
    total_tokens: count,
    prompt_tokens_details: answerObject({
      cached_tokens: Type.Integer({ minimum: 0, description: "those that were in the KV cache" }),
    }),
  },
  "Usage",
);

/** Of models that only read. */
export const readUsage = answerObject({ prompt_tokens: count, total_tokens: count });

const milliseconds = Type.Number({ minimum: 0 });
const rate = orNull(Type.Number({ minimum: 0 }));

/** As timings.ts describes them. */
export const timingsSchema = Type.Optional(
  answerObject(
    {
      cache_n: Type.Integer({ minimum: 0, description: "tokens of the prompt that were in the KV cache" }),
      prompt_n: Type.Integer({ minimum: 0, description: "those that were computed" }),
      queue_ms: Type.Number({ minimum: 0, description: "from the arrival to the first step" }),
      prompt_ms: Type.Number({ minimum: 0, description: "from the first step to the first token" }),
      prompt_per_token_ms: rate,
      prompt_per_second: rate,
      predicted_n: Type.Integer({ minimum: 0, description: "sampled tokens" }),
      predicted_ms: milliseconds,
      predicted_per_token_ms: rate,
      predicted_per_second: rate,
    },
    "Timings",
  ),
);

/** What every object of a generated answer repeats. */
export const answerHead = {
  id: Type.String(),
  created: Type.Integer({ description: "Unix time in seconds" }),
  model: Type.String({ description: "as the request named it" }),
  system_fingerprint: Type.String({ description: "version and backend of this server" }),
};

export const streamUsage = Type.Optional(
  orNull(usageSchema, "with stream_options.include_usage: null, in the last chunk the usage"),
);
