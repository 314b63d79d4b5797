import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { completionFormat } from "../completion-format.js";
import { promptOf } from "../completion-prompt.js";
import { completionSchema } from "../completion-schema.js";
import type { Generation } from "../generation.js";
import { callOf } from "../sampling-schema.js";

export function completionRoutes(app: FastifyInstance, generation: Generation): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post("/v1/completions", { schema: { body: completionSchema } }, (request, reply) => {
      const { body } = request;
      const call = { ...callOf(body), prompt: promptOf(body.prompt), maxTokens: body.max_tokens };
      return generation.serve(call, completionFormat, request, reply);
    });
}
