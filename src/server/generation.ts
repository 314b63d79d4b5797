import type { FastifyReply, FastifyRequest } from "fastify";
import type { GenerateRequest, ModelInfo, Prompt } from "../engine/messages.js";
import type { MakeAnswer } from "./answer.js";
import { endSignal } from "./deadline.js";
import { ApiError } from "./errors.js";
import type { GenerationCall } from "./generation-call.js";
import { GenerationTask } from "./generation-task.js";
import type { Guardrails } from "./guardrails/guardrails.js";
import type { Lease, ModelRegistry } from "./models/model-registry.js";
import { requireKind } from "./models/model-kind.js";
import { promptBytes } from "./request-size.js";
import { shown } from "./schema-errors.js";
import { checkThinking } from "./thinking.js";
import { Vocabulary } from "./vocabulary.js";

/** The one way from a validated request to its answer: admission, engine, answer. */
export class Generation {
  #lastId = 0;
  readonly #tasks = new Set<GenerationTask>();
  readonly #vocabularies = new WeakMap<ModelInfo, Vocabulary>();

  constructor(
    private readonly models: ModelRegistry,
    private readonly guardrails: Guardrails,
  ) {}

  /**
   * @returns The body to send, or undefined when the reply was taken over as an event stream.
   * @throws ApiError
   */
  async serve(
    asked: GenerationCall,
    makeAnswer: MakeAnswer,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<object | undefined> {
    const { tenant } = request;
    const record = request.record!;
    record.model = asked.model;
    record.servedBy(this.models.find(asked.model, tenant).model);
    const call = this.#guarded(asked);
    const end = endSignal(request, reply, call.timeoutSeconds, record.arrivedAt);
    const lease = await this.models.lease(call.model, tenant, bytesOf(call), end);
    try {
      return await this.#answer(lease, call, makeAnswer, request, reply, end);
    } finally {
      lease.release();
    }
  }

  /** Ends all that run with `error`. */
  abandon(error: ApiError): void {
    for (const task of [...this.#tasks]) task.fail(error);
  }

  #guarded(call: GenerationCall): GenerationCall {
    const prompts = this.guardrails.check(call.prompts, (index) => promptParam(call, index));
    return prompts === call.prompts ? call : { ...call, prompts };
  }

  #answer(
    lease: Lease,
    call: GenerationCall,
    makeAnswer: MakeAnswer,
    request: FastifyRequest,
    reply: FastifyReply,
    end: AbortSignal,
  ): Promise<object | undefined> {
    const model = checkModel(lease, call);
    const vocabulary = this.#vocabularyOf(model);
    const created = Math.floor(Date.now() / 1000);
    const modelName = call.model ?? model.id;
    const record = request.record!;
    const answer = makeAnswer({ model, vocabulary, modelName, call, record, reply, created });
    const requests = this.#engineRequests(call, lease.adapter, request);
    const task = new GenerationTask(requests, answer, record, {
      lease,
      tenant: request.tenant,
      endsAt: record.arrivedAt + (call.timeoutSeconds ?? Infinity),
      promptParam: (choice) => promptParam(call, Math.floor(choice / call.n)),
      choicesParam: call.choicesParam,
    });
    this.#tasks.add(task);
    return task.run(end, reply).finally(() => this.#tasks.delete(task));
  }

  #vocabularyOf(model: ModelInfo): Vocabulary {
    let vocabulary = this.#vocabularies.get(model);
    if (!vocabulary) {
      vocabulary = new Vocabulary(model);
      this.#vocabularies.set(model, vocabulary);
    }
    return vocabulary;
  }

  #engineRequests(call: GenerationCall, adapter: string, request: FastifyRequest): GenerateRequest[] {
    const { maxTokens, stop, ignoreEos, constraint, logprobs, promptLogprobs, prediction } = call;
    const { tenant } = request;
    const priority = tenant.priorityOf(call.priority);
    const cacheSalt = tenant.saltOf(call.cacheSalt);
    const wishes = { maxTokens, stop, ignoreEos, constraint, logprobs, promptLogprobs, prediction };
    const { arrivedAt } = request.record!;
    return call.prompts.flatMap((prompt) =>
      Array.from({ length: call.n }, (_, choice) => {
        const sampling = { ...call.sampling, seed: seedOf(call, choice) };
        return { id: ++this.#lastId, arrivedAt, adapter, prompt, sampling, priority, cacheSalt, ...wishes };
      }),
    );
  }
}

/** The field that a prompt came in. */
function promptParam({ prompts, listed }: GenerationCall, index: number): string {
  if (prompts[index]!.kind === "chat") return "messages";
  return listed ? `prompt[${index}]` : "prompt";
}

/** Of the texts that a call holds. */
function bytesOf({ prompts, prediction, constraint }: GenerationCall): number {
  const texts = prediction.length + (constraint?.text.length ?? 0);
  return prompts.reduce((sum, prompt) => sum + promptBytes(prompt), texts);
}

function checkModel({ model }: Lease, call: GenerationCall): ModelInfo {
  const info = requireKind(model, ["generation"]);
  call.prompts.forEach((prompt, index) => checkPrompt(prompt, info, promptParam(call, index)));
  checkBiases(call, info);
  return info;
}

/** Choices of one seed would all be the same; each has the next one. */
function seedOf({ sampling: { seed } }: GenerationCall, choice: number): number | null {
  return seed === null ? null : (seed + choice) % (2 ** 32 - 1);
}

function checkPrompt(prompt: Prompt, model: ModelInfo, param: string): void {
  if (prompt.kind === "tokens") checkTokens(prompt.tokens, model, param);
  if (prompt.kind === "infill" && !model.canInfill) throw new ApiError("infill_not_supported", {}, "suffix");
  if (prompt.kind === "chat") checkThinking(prompt, model);
}

/** Text is counted where it is tokenised; token ids can be counted before anything is done with them. */
function checkTokens(tokens: number[], { contextSize, vocabularySize }: ModelInfo, param: string): void {
  if (tokens.length >= contextSize) {
    const fitting = `at most ${contextSize - 1} fit in this model's context of ${contextSize}`;
    const reason = `The prompt has ${tokens.length} tokens; ${fitting}.`;
    throw new ApiError("context_length_exceeded", { reason }, param);
  }
  const wrong = tokens.findIndex((id) => id >= vocabularySize);
  if (wrong < 0) return;
  const place = `${param}[${wrong}]`;
  throw unknownToken(`'${place}'`, place, tokens[wrong]!, vocabularySize);
}

function checkBiases({ sampling }: GenerationCall, { vocabularySize }: ModelInfo): void {
  const wrong = sampling.logitBias.find(([id]) => id >= vocabularySize);
  if (wrong) throw unknownToken("each key of 'logit_bias'", "logit_bias", wrong[0], vocabularySize);
}

function unknownToken(what: string, param: string, id: number, vocabularySize: number): ApiError {
  const expected = `a token id below ${vocabularySize}`;
  return new ApiError("invalid_value", { what, expected, received: shown(id) }, param);
}
