import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GenerateRequest, ModelInfo } from "../engine/messages.js";
import type { Tenant } from "./access/tenant.js";
import { Admission } from "./admission.js";
import type { Answer, AnswerFormat, AnswerHead } from "./answer-format.js";
import { whenOver } from "./connection.js";
import type { EngineLink } from "./engine-link.js";
import { ApiError } from "./errors.js";
import { EventStream } from "./event-stream.js";
import { GenerationTask } from "./generation-task.js";
import { VERSION } from "./package-info.js";
import { shown } from "./schema-errors.js";
import type { ServedModels } from "./served-models.js";
import { WholeAnswer } from "./whole-answer.js";

/** A validated body in the engine's terms; what every route that generates makes of its own wire format. */
export interface GenerationCall extends Pick<
  GenerateRequest,
  "prompt" | "maxTokens" | "stop" | "ignoreEos" | "sampling" | "priority" | "cacheSalt"
> {
  /** As the client named it, if it did. */
  model: string | undefined;
  stream: boolean;
  includeUsage: boolean;
}

/** The one way from a validated request to its answer: admission, engine, answer. */
export class Generation {
  #lastId = 0;
  #idle: (() => void) | null = null;
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
    format: AnswerFormat,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<object | undefined> {
    const model = this.#checkModel(call, request.tenant);
    const head = answerHead(format, model, call.model);
    const answer: Answer = call.stream
      ? new EventStream(reply, head, format, call.includeUsage)
      : new WholeAnswer(head, format);
    const asked = this.#engineRequest(call, request);
    const task = new GenerationTask(asked, answer, request.record!, this.link, request.tenant);
    this.#tasks.add(task);
    const body = task.run(this.admission, reply).finally(() => this.#ended(task));
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

  #engineRequest(call: GenerationCall, request: FastifyRequest): GenerateRequest {
    const { prompt, maxTokens, stop, ignoreEos, sampling } = call;
    const priority = request.tenant.priorityOf(call.priority);
    const cacheSalt = request.tenant.saltOf(call.cacheSalt);
    const { arrivedAt } = request.record!;
    const generation = { prompt, maxTokens, stop, ignoreEos, sampling };
    const adapter = this.models.adapterOf(call.model ?? this.models.id);
    const logprobs = null;
    return { id: ++this.#lastId, arrivedAt, priority, cacheSalt, adapter, logprobs, ...generation };
  }

  #checkModel(call: GenerationCall, tenant: Tenant): ModelInfo {
    if (call.model !== undefined) this.models.find(call.model, tenant);
    else if (!tenant.allows(this.models.id))
      throw new ApiError("missing_parameter", { what: "'model'" }, "model");
    // Known from the first load on, also while the host is being restarted.
    const { model } = this.link;
    if (!model) throw new ApiError("model_loading");
    checkLength(call, model.contextSize);
    checkTokenIds(call, model.vocabularySize);
    return model;
  }
}

/** Text is counted where it is tokenised; token ids can be counted before anything is done with them. */
function checkLength({ prompt }: GenerationCall, contextSize: number): void {
  if (prompt.kind !== "tokens" || prompt.tokens.length < contextSize) return;
  const fitting = `at most ${contextSize - 1} fit in this model's context of ${contextSize}`;
  const reason = `The prompt has ${prompt.tokens.length} tokens; ${fitting}.`;
  throw new ApiError("context_length_exceeded", { reason }, "prompt");
}

function checkTokenIds({ prompt, sampling }: GenerationCall, vocabularySize: number): void {
  const expected = `a token id below ${vocabularySize}`;
  const refuse = (what: string, param: string, id: number): never => {
    throw new ApiError("invalid_value", { what, expected, received: shown(id) }, param);
  };
  if (prompt.kind === "tokens") {
    const wrong = prompt.tokens.findIndex((id) => id >= vocabularySize);
    if (wrong >= 0) refuse(`'prompt[${wrong}]'`, `prompt[${wrong}]`, prompt.tokens[wrong]!);
  }
  for (const [id] of sampling.logitBias)
    if (id >= vocabularySize) refuse("each key of 'logit_bias'", "logit_bias", id);
}

/** @param name As the client named the model, an adapter's perhaps. */
function answerHead(format: AnswerFormat, model: ModelInfo, name = model.id): AnswerHead {
  return {
    id: format.idPrefix + randomUUID().replaceAll("-", ""),
    created: Math.floor(Date.now() / 1000),
    model: name,
    system_fingerprint: `tacho-${VERSION}-${model.backend}`,
  };
}
