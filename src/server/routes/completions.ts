import type { TypeBoxTypeProvider } from "@fastify/type-provider-typebox";
import type { FastifyInstance } from "fastify";
import { completionFormat } from "../completion-format.js";
import { promptsOf } from "../completion-prompts.js";
import { completionSchema, PROMPT_LIMIT, type CompletionBody } from "../completion-schema.js";
import type { CompletionWishes } from "../completion-wishes.js";
import { constraintOf } from "../constraints/constraint-fields.js";
import { ApiError } from "../errors.js";
import type { Generation } from "../generation.js";
import type { GenerationCall } from "../generation-call.js";
import { completionDocs } from "../openapi/completion-docs.js";
import { StreamedAnswer, WholeAnswer } from "../openai-answer.js";
import { callOf, includesUsage } from "../sampling-schema.js";

export function completionRoutes(app: FastifyInstance, generation: Generation): void {
  app
    .withTypeProvider<TypeBoxTypeProvider>()
    .post(
      "/v1/completions",
      { schema: { body: completionSchema }, config: { docs: completionDocs } },
      (request, reply) => {
        const { body } = request;
        checkTogether(body);
        const format = completionFormat(wishesOf(body));
        return generation.serve(
          generationCall(body),
          (context) =>
            body.stream
              ? new StreamedAnswer(format, context, includesUsage(body))
              : new WholeAnswer(format, context),
          request,
          reply,
        );
      },
    );
}

function wishesOf({ echo, n, logprobs, max_tokens }: CompletionBody): CompletionWishes {
  return { echo, n, logprobs: logprobs ?? null, empty: max_tokens === 0 };
}

function generationCall(body: CompletionBody): GenerationCall {
  const of = body.best_of ?? body.n;
  const prompts = promptsOf(body.prompt, body.suffix);
  if (prompts.length * of > PROMPT_LIMIT)
    throw refusal("prompt", `at most ${PROMPT_LIMIT} prompts times choices`, `${prompts.length * of}`);
  // The best are found by the probabilities of their tokens.
  const logprobs = of > body.n ? (body.logprobs ?? 0) : (body.logprobs ?? null);
  return {
    ...callOf(body),
    prompts,
    listed: Array.isArray(body.prompt) && typeof body.prompt[0] !== "number",
    choicesParam: prompts.length > 1 ? "prompt" : body.best_of === undefined ? "n" : "best_of",
    n: of,
    // The engine computes a prompt with the first token behind it.
    maxTokens: Math.max(1, body.max_tokens),
    constraint: constraintOf(body),
    logprobs,
    promptLogprobs: body.echo ? (body.logprobs ?? null) : null,
    prediction: "",
  };
}

function checkTogether({ best_of: of, n, stream, echo, max_tokens, suffix }: CompletionBody): void {
  if (of !== undefined && of < n) throw refusal("best_of", `at least 'n' (${n})`, `${of}`);
  if (of !== undefined && of > n && stream) throw refusal("best_of", `'n' (${n}) in a stream`, `${of}`);
  if (max_tokens === 0 && !echo) throw refusal("max_tokens", "at least 1 without 'echo'", "0");
  if (echo && suffix !== undefined) throw refusal("echo", "false where there is a 'suffix'", "true");
}

function refusal(param: string, expected: string, received: string): ApiError {
  return new ApiError("invalid_value", { what: `'${param}'`, expected, received }, param);
}
