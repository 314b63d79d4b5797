import type { Attributes } from "@opentelemetry/api";
import type { FastifyRequest } from "fastify";
import type { RequestRecord } from "../request-record.js";

/** By route, as OpenTelemetry's conventions for generative AI name them. */
const OPERATIONS: Record<string, string> = {
  "/v1/chat/completions": "chat",
  "/v1/responses": "chat",
  "/v1/messages": "chat",
  "/v1/completions": "text_completion",
  "/v1/embeddings": "embeddings",
};

/** Fields of bodies, where they are numbers. */
const NUMBERS: Record<string, string> = {
  temperature: "gen_ai.request.temperature",
  top_p: "gen_ai.request.top_p",
  top_k: "gen_ai.request.top_k",
  max_tokens: "gen_ai.request.max_tokens",
  max_completion_tokens: "gen_ai.request.max_tokens",
  max_output_tokens: "gen_ai.request.max_tokens",
  presence_penalty: "gen_ai.request.presence_penalty",
  frequency_penalty: "gen_ai.request.frequency_penalty",
  seed: "gen_ai.request.seed",
  n: "gen_ai.request.choice.count",
};

/** What samplers can decide by. */
export function requestAttributes({ id, method, ip, protocol, routeOptions }: FastifyRequest): Attributes {
  const operation = OPERATIONS[routeOptions.url ?? ""];
  return {
    "http.request.method": method,
    "http.route": routeOptions.url,
    "url.scheme": protocol,
    "client.address": ip,
    "tacho.request.id": id,
    "gen_ai.provider.name": "tacho",
    ...(operation && { "gen_ai.operation.name": operation }),
  };
}

/** What is known at the end; never a text. */
export function resultAttributes(
  { body, errorCode, tenant }: FastifyRequest,
  record: RequestRecord,
  status: number,
): Attributes {
  const { model, usage, outcome, finishReasons } = record;
  const error = record.errorCode ?? errorCode;
  return {
    "http.response.status_code": status,
    "tacho.outcome": outcome,
    ...(tenant.name !== "" && { "tacho.tenant": tenant.name }),
    ...(error && { "error.type": error }),
    ...(model !== undefined && { "gen_ai.request.model": model, ...numbersOf(body) }),
    ...(finishReasons.length > 0 && { "gen_ai.response.finish_reasons": finishReasons }),
    ...(usage && {
      "gen_ai.usage.input_tokens": usage.promptTokens,
      "gen_ai.usage.cache_read.input_tokens": usage.cachedTokens,
      "gen_ai.usage.output_tokens": usage.generatedTokens,
    }),
  };
}

function numbersOf(body: unknown): Attributes {
  const given = Object.entries(NUMBERS).filter(([field]) => typeof valueOf(body, field) === "number");
  return Object.fromEntries(given.map(([field, name]) => [name, valueOf(body, field) as number]));
}

function valueOf(body: unknown, field: string): unknown {
  return (body as Record<string, unknown> | undefined)?.[field];
}
