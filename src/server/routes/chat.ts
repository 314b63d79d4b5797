import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import type { Constraint } from "../../engine/messages.js";
import { chatFormat } from "../chat-format.js";
import { chatPrompt, checkUnconstrained } from "../chat-prompt.js";
import { chatSchema, type ChatBody } from "../chat-schema.js";
import { constraintOf } from "../constraints/constraint-fields.js";
import { ApiError } from "../errors.js";
import type { Generation } from "../generation.js";
import type { GenerationCall } from "../generation-call.js";
import { chatDocs } from "../openapi/chat-docs.js";
import { StreamedAnswer, WholeAnswer } from "../openai-answer.js";
import { formatConstraint } from "../response-format.js";
import { callOf, includesUsage } from "../sampling-schema.js";

export function chatRoutes(app: FastifyInstance, generation: Generation): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(
      "/v1/chat/completions",
      { schema: { body: chatSchema }, config: { docs: chatDocs } },
      (request, reply) => {
        const { body } = request;
        return generation.serve(
          generationCall(body),
          (context) =>
            body.stream
              ? new StreamedAnswer(chatFormat, context, includesUsage(body))
              : new WholeAnswer(chatFormat, context),
          request,
          reply,
        );
      },
    );
}

function generationCall(body: ChatBody): GenerationCall {
  const prompt = chatPrompt(body);
  const constraint = constraintOfChat(body);
  checkUnconstrained(prompt, constraint);
  return {
    ...callOf(body),
    prompts: [prompt],
    n: body.n,
    maxTokens: maxTokensOf(body),
    constraint,
    logprobs: logprobsOf(body),
    promptLogprobs: null,
    prediction: predictionOf(body),
  };
}

function constraintOfChat(body: ChatBody): Constraint | null {
  return constraintOf(body, formatConstraint(body.response_format));
}

function predictionOf({ prediction }: ChatBody): string {
  const content = prediction?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text }) => text).join("");
}

function maxTokensOf({ max_tokens, max_completion_tokens }: ChatBody): number | null {
  if (max_tokens !== undefined && max_completion_tokens !== undefined) {
    const what = "'max_tokens' and 'max_completion_tokens'";
    throw new ApiError("conflicting_parameters", { what }, "max_tokens");
  }
  return max_completion_tokens ?? max_tokens ?? null;
}

function logprobsOf({ logprobs, top_logprobs }: ChatBody): number | null {
  if (logprobs) return top_logprobs ?? 0;
  if (top_logprobs === undefined) return null;
  const details = { what: "'top_logprobs'", expected: "given only with 'logprobs'", received: "it without" };
  throw new ApiError("invalid_value", details, "top_logprobs");
}
