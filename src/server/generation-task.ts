import type { FastifyReply } from "fastify";
import type { AnswerPart, GenerateRequest, RequestEnd } from "../engine/messages.js";
import type { Outcome } from "../metrics/catalog.js";
import type { Tenant } from "./access/tenant.js";
import type { Admission, Ticket } from "./admission.js";
import type { Answer, FinishReason } from "./answer.js";
import type { AnswerPiece } from "./answer-piece.js";
import type { EngineClient } from "./engine-link.js";
import { ApiError, type ErrorCode } from "./errors.js";
import { isJson } from "./json-body.js";
import { now } from "./meters.js";
import { failureStatus, type EngineStatus } from "./meters/engine-request-meters.js";
import type { Lease } from "./models/model-registry.js";
import { refusalOf } from "./refusal.js";
import type { RequestRecord } from "./request-record.js";
import { sizeOf, type RequestSize } from "./request-size.js";

/** Where a task's choices are computed, and for whom. */
export interface TaskPlace {
  tenant: Tenant;
  lease: Lease;
  /** When the client's own limit ends, on the clock of `now`; Infinity without one. */
  endsAt: number;
  /** The field that a choice's prompt came in. */
  promptParam(choice: number): string;
  /** The field that makes the choices many. */
  choicesParam: string;
}

/** One client's request, from admission to its last byte: one choice or several, which fail together. */
export class GenerationTask {
  readonly #admission: Admission;
  readonly #choicesParam: string;
  readonly #choices: Choice[];
  #over = false;
  #resolve!: (body: object | undefined) => void;
  #reject!: (error: ApiError) => void;

  constructor(
    requests: readonly GenerateRequest[],
    readonly answer: Answer,
    readonly record: RequestRecord,
    place: TaskPlace,
  ) {
    this.#admission = place.lease.model.admission;
    this.#choicesParam = place.choicesParam;
    const sharesPrompt = (index: number) => requests[index - 1]?.prompt === requests[index]!.prompt;
    this.#choices = requests.map(
      (request, index) => new Choice(index, request, this, place, sharesPrompt(index)),
    );
  }

  /**
   * @param end Aborted with the error that the request fails with, or with none when the client has left.
   * @returns The body to send, or undefined for an answer that needs none: it was streamed, or nobody waits.
   * @throws ApiError as long as the answer has not begun.
   */
  run(end: AbortSignal, reply: FastifyReply): Promise<object | undefined> {
    return new Promise((resolve, reject) => {
      this.#reject = reject;
      this.#resolve = (body) => {
        // Fastify would send undefined too.
        if (body === undefined && !reply.sent) reply.hijack();
        resolve(body);
      };
      if (end.aborted) this.#abandon(end.reason);
      else end.addEventListener("abort", () => this.#abandon(end.reason));
      this.#enter();
    });
  }

  #enter(): void {
    const sizes = this.#choices.map(({ size }) => size);
    if (!this.#admission.holds(sizes)) this.fail(tooMany(sizes.length, this.#choicesParam));
    for (const choice of this.#choices) if (!this.#over) choice.enter(this.#admission);
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** @internal for Choice. */
  choiceEnded(): void {
    if (this.#over || !this.#choices.every(({ finish }) => finish !== null)) return;
    const wasCut = this.#choices.some(({ finish }) => finish === "length");
    this.#close(wasCut ? "length" : "stop");
    this.record.sending();
    this.#resolve(this.answer.finish());
  }

  #clientLeft(): void {
    if (this.#over) return;
    this.#close("cancelled");
    this.#letGo();
    this.#resolve(undefined);
  }

  /** Ends the request with `error`, as the answer or, once that has begun, as its last event. */
  fail(error: ApiError): void {
    if (this.#over) return;
    this.#close(error.kind.outcome, error.code);
    this.#letGo();
    if (this.answer.fail(error)) this.#resolve(undefined);
    else this.#reject(error);
  }

  #abandon(reason: unknown): void {
    if (reason instanceof ApiError) this.fail(reason);
    else this.#clientLeft();
  }

  #letGo(): void {
    for (const choice of this.#choices) choice.letGo();
  }

  #close(outcome: Outcome, errorCode?: ErrorCode): void {
    this.#over = true;
    this.record.settle(outcome, errorCode);
  }
}

/**
 * One request of the engine's. Two lives end apart: the client's (answered, failed or gone) and the engine's, which
 * holds the slot until it says that it has let go.
 */
class Choice implements EngineClient {
  finish: FinishReason | null = null;
  #ticket: Ticket | null = null;
  /** When the engine was asked; null before. */
  #submittedAt: number | null = null;
  #calls = false;
  /** Arguments of the call that the answer is in, as far as they came; null in between. */
  #call: string | null = null;
  readonly size: RequestSize;

  constructor(
    private readonly index: number,
    private readonly request: GenerateRequest,
    private readonly task: GenerationTask,
    private readonly place: TaskPlace,
    /** With the choice before it: then its prompt does not count. */
    private readonly sharesPrompt: boolean,
  ) {
    this.size = sizeOf(request, place.lease.model.info!.contextSize, sharesPrompt);
  }

  enter(admission: Admission): void {
    const { waited } = this.place.lease;
    const ticket = admission.enter({
      route: this.task.record.route,
      size: this.size,
      priority: this.request.priority,
      waited,
      patience: this.place.endsAt - now(),
      admit: () => this.#submit(),
      refuse: (refusal) => this.task.fail(refusalOf(refusal, admission)),
    });
    if ("code" in ticket) this.task.fail(refusalOf(ticket, admission));
    else this.#ticket = ticket;
  }

  onPiece(piece: AnswerPiece): void {
    this.task.record.texted();
    if (this.task.isOver) return;
    if (piece.parts) for (const part of piece.parts) this.#follow(part);
    this.task.answer.piece(this.index, piece);
  }

  onFlush(at: number): void {
    if (!this.task.isOver) this.task.answer.flush(at);
  }

  onEnd(end: RequestEnd): void {
    this.#ticket?.release(end.reason === "stop" || end.reason === "length");
    const { record } = this.task;
    const { engine } = this.place.lease.model.meters;
    engine.generated(this.request.maxTokens, end);
    record.ended(end, statusOf(end, record.outcome), this.#submittedAt!, this.sharesPrompt);
    // Before all else: who leaves early pays for what was computed, too.
    this.place.tenant.account((this.sharesPrompt ? 0 : end.promptTokens) + end.generatedTokens);
    if (this.task.isOver) return;
    if (end.reason !== "stop" && end.reason !== "length") {
      this.task.fail(engineError(end, this.request, this.place.promptParam(this.index)));
      return;
    }
    this.finish = end.reason === "stop" && this.#calls && !this.#cutsCall(end) ? "tool_calls" : end.reason;
    this.task.answer.end(this.index, this.finish, end);
    this.task.choiceEnded();
  }

  onLost(): void {
    this.#ticket?.release();
    this.task.record.ended(null, "lost", this.#submittedAt!);
    this.task.fail(new ApiError("engine_restarting"));
  }

  /** The slot of a submitted request comes free with the engine's last word. */
  letGo(): void {
    if (this.#submittedAt !== null) this.place.lease.model.link.cancel(this.request.id);
    else this.#ticket?.release();
  }

  #follow(part: AnswerPart): void {
    if (part.kind !== "tool_call") this.#call = null;
    else this.#call = part.name === "" ? (this.#call ?? "") + part.text : part.text;
    this.#calls ||= this.#call !== null;
  }

  /** Whether a stop string of the client's ended the answer within a call. */
  #cutsCall({ stop = Infinity }: RequestEnd): boolean {
    return stop < this.request.stop.length && this.#call !== null && !isJson(this.#call);
  }

  #submit(): void {
    this.#submittedAt = this.task.record.submitted();
    this.place.lease.model.link.submit(this.request, this);
  }
}

/** @param outcome The client's, which is why its requests are cancelled. */
function statusOf({ reason, error }: RequestEnd, outcome: Outcome | undefined): EngineStatus {
  if (reason === "stop" || reason === "length") return "success";
  if (error) return failureStatus(error.code);
  return reason === "cancelled" && outcome === "timeout" ? "timeout" : reason;
}

function tooMany(choices: number, param: string): ApiError {
  const expected = "no more choices, and tokens of theirs, than this server can run and keep waiting";
  return new ApiError(
    "invalid_value",
    { what: `'${param}'`, expected, received: `${choices} choices` },
    param,
  );
}

function engineError({ error }: RequestEnd, { constraint }: GenerateRequest, promptParam: string): ApiError {
  if (!error) return new ApiError("engine_failed", { reason: "The engine gave the request up." });
  const details = { reason: error.message };
  switch (error.code) {
    case "engine_failed":
      return new ApiError(error.code, details);
    case "constraint_failed":
    case "invalid_constraint":
      return new ApiError(error.code, details, constraint?.param ?? "tools");
    default:
      return new ApiError(error.code, details, promptParam);
  }
}
