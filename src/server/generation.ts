import { randomUUID } from "node:crypto";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { GenerateRequest, ModelInfo } from "../engine/messages.js";
import type { Answer, AnswerFormat, AnswerHead } from "./answer-format.js";
import { overSignal, whenOver } from "./connection.js";
import { ApiError } from "./errors.js";
import { EventStream } from "./event-stream.js";
import { GenerationTask } from "./generation-task.js";
import type { Lease, ModelRegistry } from "./models/model-registry.js";
import { requireKind } from "./models/model-kind.js";
import { VERSION } from "./package-info.js";
import { shown } from "./schema-errors.js";
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
  readonly #tasks = new Set<GenerationTask>();

  constructor(private readonly models: ModelRegistry) {}

  /**
   * @returns The body to send, or undefined when the reply was taken over as an event stream.
   * @throws ApiError
   */
  async serve(
    call: GenerationCall,
    format: AnswerFormat,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<object | undefined> {
    request.record!.servedBy(this.models.find(call.model).model.meters);
    const lease = await this.models.lease(call.model, overSignal(request, reply));
    try {
      return await this.#answer(lease, call, format, request, reply);
    } finally {
      lease.release();
    }
  }

  /** Ends all that run with `error`. */
  abandon(error: ApiError): void {
    for (const task of [...this.#tasks]) task.fail(error);
  }

  #answer(
    lease: Lease,
    call: GenerationCall,
    format: AnswerFormat,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<object | undefined> {
    const model = checkModel(lease, call);
    const head = answerHead(format, model, call.model);
    const answer: Answer = call.stream
      ? new EventStream(reply, head, format, call.includeUsage)
      : new WholeAnswer(head, format);
    const wanted = this.#engineRequest(call, lease.adapter, request);
    const task = new GenerationTask(wanted, answer, request.record!, lease.model.link);
    this.#tasks.add(task);
    const body = task.run(lease, reply).finally(() => this.#tasks.delete(task));
    whenOver(request, reply, () => task.clientLeft());
    return body;
  }

  #engineRequest(call: GenerationCall, adapter: string, request: FastifyRequest): GenerateRequest {
    const { prompt, maxTokens, stop, ignoreEos, sampling, priority, cacheSalt } = call;
    const { arrivedAt } = request.record!;
    const generation = { prompt, maxTokens, stop, ignoreEos, sampling };
    const logprobs = null;
    return { id: ++this.#lastId, arrivedAt, priority, cacheSalt, adapter, logprobs, ...generation };
  }
}

function checkModel({ model }: Lease, call: GenerationCall): ModelInfo {
  const info = requireKind(model, ["generation"]);
  checkLength(call, info.contextSize);
  checkTokenIds(call, info.vocabularySize);
  return info;
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
