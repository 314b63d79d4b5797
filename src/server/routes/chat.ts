import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { chatFormat } from "../chat-format.js";
import { promptOf } from "../chat-prompt.js";
import { chatSchema, type ChatBody } from "../chat-schema.js";
import { ApiError } from "../errors.js";
import type { Generation } from "../generation.js";
import { callOf } from "../sampling-schema.js";

export function chatRoutes(app: FastifyInstance, generation: Generation): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post("/v1/chat/completions", { schema: { body: chatSchema } }, (request, reply) => {
      const { body } = request;
      const call = { ...callOf(body), prompt: promptOf(body), maxTokens: maxTokensOf(body) };
      return generation.serve(call, chatFormat, request, reply);
    });
}

function maxTokensOf({ max_tokens, max_completion_tokens }: ChatBody): number | null {
  if (max_tokens !== undefined && max_completion_tokens !== undefined) {
    const what = "'max_tokens' and 'max_completion_tokens'";
    throw new ApiError("conflicting_parameters", { what }, "max_tokens");
  }
  return max_completion_tokens ?? max_tokens ?? null;
}
