import type { FastifyReply, FastifyRequest } from "fastify";
import type { GenerateRequest, ModelInfo, Prompt } from "../engine/messages.js";
import type { Tenant } from "./access/tenant.js";
import { Admission } from "./admission.js";
import type { MakeAnswer } from "./answer.js";
import { whenOver } from "./connection.js";
import type { EngineLink } from "./engine-link.js";
import { ApiError } from "./errors.js";
import { GenerationTask } from "./generation-task.js";
import { shown } from "./schema-errors.js";
import type { ServedModels } from "./served-models.js";
import { Vocabulary } from "./vocabulary.js";

/** A validated body in the engine's terms; what every route that generates makes of its own wire format. */
export interface GenerationCall extends Pick<
  GenerateRequest,
  | "maxTokens"
  | "stop"
  | "ignoreEos"
  | "sampling"
  | "priority"
  | "cacheSalt"
  | "constraint"
  | "logprobs"
  | "promptLogprobs"
  | "prediction"
> {
  /** As the client named it, if it did. */
  model: string | undefined;
  prompts: Prompt[];
  /** Choices a prompt. */
  n: number;
  /** From the request's arrival; null for no limit of its own. */
  timeoutSeconds: number | null;
}

/** The one way from a validated request to its answer: admission, engine, answer. */
export class Generation {
  #lastId = 0;
  #idle: (() => void) | null = null;
  #vocabulary: Vocabulary | null = null;
  readonly #tasks = new Set<GenerationTask>();

  constructor(
    private readonly link: EngineLink,
    private readonly admission: Admission,
    private readonly models: ServedModels,
  ) {}

  /**
   * @returns The body to send, or undefined when the reply was taken over as an event stream.
   * @throws ApiError
   */
  serve(
    call: GenerationCall,
    makeAnswer: MakeAnswer,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<object | undefined> {
    request.record!.model = call.model ?? this.models.id;
    const model = this.#checkModel(call, request.tenant);
    const vocabulary = (this.#vocabulary ??= new Vocabulary(model));
    const created = Math.floor(Date.now() / 1000);
    const answer = makeAnswer({ model, vocabulary, modelName: call.model ?? model.id, call, reply, created });
    const task = new GenerationTask(this.#engineRequests(call, request), answer, request.record!, {
      link: this.link,
      admission: this.admission,
      tenant: request.tenant,
    });
    this.#tasks.add(task);
    const body = task.run(call.timeoutSeconds, reply).finally(() => this.#ended(task));
    whenOver(request, reply, () => task.clientLeft());
    return body;
  }

  /** Takes no new request, and resolves when the last one has its answer; what is left at the limit fails. */
  async drain(limitSeconds: number): Promise<void> {
    this.admission.close();
    if (this.#tasks.size === 0) return;
    const limit = setTimeout(() => this.#abortAll(), limitSeconds * 1000);
    await new Promise<void>((resolve) => (this.#idle = resolve));
    clearTimeout(limit);
  }

  #abortAll(): void {
    for (const task of [...this.#tasks]) task.fail(new ApiError("drain_timeout"));
  }

  #ended(task: GenerationTask): void {
    this.#tasks.delete(task);
    if (this.#tasks.size === 0) this.#idle?.();
  }

  #engineRequests(call: GenerationCall, request: FastifyRequest): GenerateRequest[] {
    const { maxTokens, stop, ignoreEos, constraint, logprobs, promptLogprobs, prediction } = call;
    const { tenant } = request;
    const priority = tenant.priorityOf(call.priority);
    const cacheSalt = tenant.saltOf(call.cacheSalt);
    const wishes = { maxTokens, stop, ignoreEos, constraint, logprobs, promptLogprobs, prediction };
    const { arrivedAt } = request.record!;
    const adapter = this.models.adapterOf(call.model ?? this.models.id);
    return call.prompts.flatMap((prompt) =>
      Array.from({ length: call.n }, (_, choice) => {
        const sampling = { ...call.sampling, seed: seedOf(call, choice) };
        return { id: ++this.#lastId, arrivedAt, adapter, prompt, sampling, priority, cacheSalt, ...wishes };
      }),
    );
  }

  #checkModel(call: GenerationCall, tenant: Tenant): ModelInfo {
    if (call.model !== undefined) this.models.find(call.model, tenant);
    else if (!tenant.allows(this.models.id))
      throw new ApiError("missing_parameter", { what: "'model'" }, "model");
    // Known from the first load on, also while the host is being restarted.
    const { model } = this.link;
    if (!model) throw new ApiError("model_loading");
    for (const prompt of call.prompts) checkPrompt(prompt, model);
    checkBiases(call, model);
    return model;
  }
}

/** Choices of one seed would all be the same; each has the next one. */
function seedOf({ sampling: { seed } }: GenerationCall, choice: number): number | null {
  return seed === null ? null : (seed + choice) % (2 ** 32 - 1);
}

function checkPrompt(prompt: Prompt, model: ModelInfo): void {
  if (prompt.kind === "tokens") checkTokens(prompt.tokens, model);
  if (prompt.kind === "infill" && !model.canInfill) throw new ApiError("infill_not_supported", {}, "suffix");
  if (prompt.kind === "chat" && prompt.reasoningEffort !== "" && !model.thinks)
    throw new ApiError("thinking_not_supported", {}, "reasoning_effort");
}

/** Text is counted where it is tokenised; token ids can be counted before anything is done with them. */
function checkTokens(tokens: number[], { contextSize, vocabularySize }: ModelInfo): void {
  if (tokens.length >= contextSize) {
    const fitting = `at most ${contextSize - 1} fit in this model's context of ${contextSize}`;
    const reason = `The prompt has ${tokens.length} tokens; ${fitting}.`;
    throw new ApiError("context_length_exceeded", { reason }, "prompt");
  }
  const wrong = tokens.findIndex((id) => id >= vocabularySize);
  if (wrong < 0) return;
  const param = `prompt[${wrong}]`;
  throw unknownToken(`'${param}'`, param, tokens[wrong]!, vocabularySize);
}

function checkBiases({ sampling }: GenerationCall, { vocabularySize }: ModelInfo): void {
  const wrong = sampling.logitBias.find(([id]) => id >= vocabularySize);
  if (wrong) throw unknownToken("each key of 'logit_bias'", "logit_bias", wrong[0], vocabularySize);
}

function unknownToken(what: string, param: string, id: number, vocabularySize: number): ApiError {
  const expected = `a token id below ${vocabularySize}`;
  return new ApiError("invalid_value", { what, expected, received: shown(id) }, param);
}
