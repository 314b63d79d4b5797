import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { Prompt } from "../../engine/messages.js";
import { completionFormat } from "../completion-format.js";
import { completionSchema, PROMPT, type CompletionBody } from "../completion-schema.js";
import { ApiError } from "../errors.js";
import type { Generation } from "../generation.js";
import { callOf } from "../sampling-schema.js";
import { shown } from "../schema-errors.js";

export function completionRoutes(app: FastifyInstance, generation: Generation): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post("/v1/completions", { schema: { body: completionSchema } }, (request, reply) => {
      const { body } = request;
      const call = { ...callOf(body), prompt: promptOf(body.prompt), maxTokens: body.max_tokens };
      return generation.serve(call, completionFormat, request, reply);
    });
}

function promptOf(prompt: CompletionBody["prompt"]): Prompt {
  if (typeof prompt === "string") return { kind: "text", text: prompt };
  if (prompt.every((item) => typeof item === "number")) return { kind: "tokens", tokens: prompt };
  if (prompt.length === 1 && typeof prompt[0] === "string") return { kind: "text", text: prompt[0] };
  throw new ApiError(
    "invalid_value",
    { what: "'prompt'", expected: PROMPT, received: shown(prompt) },
    "prompt",
  );
}
