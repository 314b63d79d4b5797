import { Type, type Static, type TObject, type TSchema } from "typebox";
import type { Sampling } from "../engine/messages.js";
import { constraintFields } from "./constraints/constraint-fields.js";
import { ApiError } from "./errors.js";

/**
 * Text that reaches native code unchanged: a lone surrogate would silently become U+FFFD there, and a NUL
 * would end the text wherever a C string is made of it.
 */
export const PLAIN_TEXT = "^[^\\0\\p{Cs}]*$";

const plainText = new RegExp(PLAIN_TEXT, "u");

export function isPlainText(text: string): boolean {
  return plainText.test(text);
}

const MAX_INT32 = 2 ** 31 - 1;
const UINT32 = 2 ** 32;
/** llama.cpp's LLAMA_DEFAULT_SEED: asks for a random seed, so no request's seed may become it. */
const RANDOM_SEED = UINT32 - 1;

function number(minimum: number, maximum: number, fallback: number) {
  return Type.Number({
    minimum,
    maximum,
    default: fallback,
    description: `a number from ${minimum} to ${maximum}`,
  });
}

export const stopText = Type.String({
  minLength: 1,
  maxLength: 256,
  pattern: PLAIN_TEXT,
  description: "1 to 256 characters without NUL or lone surrogates",
});

/** llama.cpp looks at 40 bytes of each. */
const breaker = Type.String({
  minLength: 1,
  maxLength: 40,
  pattern: PLAIN_TEXT,
  description: "1 to 40 characters without NUL or lone surrogates",
});

/** Absent or null for no limit of the request's own. */
export const tokenLimit = Type.Integer({
  minimum: 1,
  maximum: MAX_INT32,
  description: `an integer from 1 to ${MAX_INT32}`,
});

const clientText = Type.String({ maxLength: 256, description: "at most 256 characters" });

/** The fields both generation APIs share. */
export const generationFields = {
  model: Type.Optional(
    Type.String({ maxLength: 256, description: "the name of a model, at most 256 characters" }),
  ),
  temperature: number(0, 2, 1),
  top_p: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: "a number above 0, up to 1",
  }),
  top_k: Type.Integer({
    minimum: 0,
    maximum: MAX_INT32,
    default: 0,
    description: "an integer of at least 0 (0 for no limit)",
  }),
  min_p: number(0, 1, 0),
  seed: Type.Optional(
    Type.Integer({
      minimum: Number.MIN_SAFE_INTEGER,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "an integer within ±(2^53 - 1)",
    }),
  ),
  presence_penalty: number(-2, 2, 0),
  frequency_penalty: number(-2, 2, 0),
  repeat_penalty: number(0.01, 2, 1),
  typical_p: Type.Number({
    exclusiveMinimum: 0,
    maximum: 1,
    default: 1,
    description: "a number above 0, up to 1",
  }),
  xtc_probability: number(0, 1, 0),
  xtc_threshold: number(0, 1, 0.1),
  dry_multiplier: number(0, 100, 0),
  dry_base: number(1, 100, 1.75),
  dry_allowed_length: Type.Integer({
    minimum: 0,
    maximum: MAX_INT32,
    default: 2,
    description: "an integer of at least 0",
  }),
  dry_penalty_last_n: Type.Integer({
    minimum: -1,
    maximum: MAX_INT32,
    default: -1,
    description: "an integer of at least -1 (-1 for the whole text)",
  }),
  dry_sequence_breakers: Type.Array(breaker, {
    maxItems: 16,
    default: ["\n", ":", '"', "*"],
    description: "at most 16 texts of 1 to 40 characters",
  }),
  mirostat: Type.Union([Type.Literal(0), Type.Literal(1), Type.Literal(2)], {
    default: 0,
    description: "0 (off), 1 or 2",
  }),
  mirostat_tau: number(0, 100, 5),
  mirostat_eta: number(0, 1, 0.1),
  ...constraintFields,
  logit_bias: Type.Record(
    Type.String({ pattern: "^(0|[1-9][0-9]{0,9})$" }),
    Type.Number({ minimum: -100, maximum: 100, description: "a number from -100 to 100" }),
    {
      additionalProperties: false,
      maxProperties: 1024,
      default: {},
      description: "an object of at most 1024 token ids and their biases",
    },
  ),
  stop: Type.Optional(
    Type.Union([stopText, Type.Array(stopText, { maxItems: 16, description: "at most 16 strings" })], {
      description:
        "1 to 256 characters without NUL or lone surrogates, or an array of at most 16 such strings",
    }),
  ),
  priority: Type.Integer({
    minimum: -100,
    maximum: 100,
    default: 0,
    description: "an integer from -100 to 100, the higher the sooner",
  }),
  // Lone surrogates would make the salts of two tenants the same.
  cache_salt: Type.String({
    maxLength: 256,
    pattern: PLAIN_TEXT,
    default: "",
    description: "at most 256 characters without NUL or lone surrogates",
  }),
  timeout_ms: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 86_400_000, description: "an integer from 1 to 86400000" }),
  ),
  user: Type.Optional(clientText),
  safety_identifier: Type.Optional(clientText),
  metadata: Type.Optional(
    Type.Record(
      Type.String({ maxLength: 64 }),
      Type.String({ maxLength: 512, description: "at most 512 characters" }),
      {
        maxProperties: 16,
        description: "an object of at most 16 texts",
      },
    ),
  ),
  timings: Type.Boolean({ default: false, description: "true or false" }),
  ignore_eos: Type.Boolean({ default: false, description: "true or false" }),
  stream: Type.Boolean({ default: false, description: "true or false" }),
  stream_options: Type.Optional(
    Type.Object(
      { include_usage: Type.Boolean({ default: false, description: "true or false" }) },
      { additionalProperties: false },
    ),
  ),
};

export type GenerationFields = Static<TObject<typeof generationFields>>;

/** Refuses by name what is not honoured yet, except at the values that ask for nothing. */
export function unsupported(fields: Record<string, readonly unknown[]>): Record<string, TSchema> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, accepted]) => [name, Type.Optional(onlyThese(accepted))]),
  );
}

function onlyThese(accepted: readonly unknown[]): TSchema {
  const words = [...accepted.map((value) => JSON.stringify(value)), "null"].join(" or ");
  // `accepted` marks the schema for schema-errors.ts; null never gets here, so it stands in for "no value".
  return Type.Unsafe({ enum: accepted.length > 0 ? accepted : [null], accepted: words });
}

function samplingOf(body: GenerationFields): Sampling {
  return {
    temperature: body.temperature,
    topP: body.top_p,
    topK: body.top_k,
    minP: body.min_p,
    seed: body.seed === undefined ? null : foldSeed(body.seed),
    presencePenalty: body.presence_penalty,
    frequencyPenalty: body.frequency_penalty,
    repeatPenalty: body.repeat_penalty,
    logitBias: Object.entries(body.logit_bias).map(([token, bias]) => [Number(token), bias]),
    typicalP: body.typical_p,
    xtc: { probability: body.xtc_probability, threshold: body.xtc_threshold },
    dry: {
      multiplier: body.dry_multiplier,
      base: body.dry_base,
      allowedLength: body.dry_allowed_length,
      lastTokens: body.dry_penalty_last_n,
      breakers: body.dry_sequence_breakers,
    },
    mirostat: { version: body.mirostat, tau: body.mirostat_tau, eta: body.mirostat_eta },
  };
}

/** llama.cpp seeds with 32 bits: a seed that fits is taken as it is, a wider one has its halves mixed. */
export function foldSeed(seed: number): number {
  const wide = BigInt.asUintN(64, BigInt(seed));
  const folded = Number((wide & 0xffffffffn) ^ (wide >> 32n));
  return folded === RANDOM_SEED ? 0 : folded;
}

function stopsOf(stop: string | string[] | undefined): string[] {
  return typeof stop === "string" ? [stop] : (stop ?? []);
}

/** The part of a call that does not depend on the API. @throws ApiError */
export function callOf(body: GenerationFields) {
  if (body.stream_options && !body.stream) {
    const details = {
      what: "'stream_options'",
      expected: "given only with 'stream'",
      received: "it without",
    };
    throw new ApiError("invalid_value", details, "stream_options");
  }
  return {
    model: body.model,
    stop: stopsOf(body.stop),
    ignoreEos: body.ignore_eos,
    priority: body.priority,
    cacheSalt: body.cache_salt,
    sampling: samplingOf(body),
    timeoutSeconds: body.timeout_ms === undefined ? null : body.timeout_ms / 1000,
    timings: body.timings,
    listed: false,
    choicesParam: "n",
  };
}

export function includesUsage({ stream_options }: Pick<GenerationFields, "stream_options">): boolean {
  return stream_options?.include_usage ?? false;
}
