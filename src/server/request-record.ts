import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Instants, RequestEnd, TokenUsage } from "../engine/messages.js";
import type { Outcome, Rejection } from "../metrics/catalog.js";
import type { Exemplar } from "../telemetry/index.js";
import { tenantLabel } from "./access/tenant.js";
import { connectionOf, whenOver } from "./connection.js";
import { ERRORS, type ErrorCode, type ErrorKind } from "./errors.js";
import { finalStatus } from "./final-status.js";
import { now, type Meters, type ModelMeters } from "./meters.js";
import type { EngineStatus } from "./meters/engine-request-meters.js";
import type { TurnMeters } from "./meters/turn-meters.js";
import type { SessionTurn } from "./sessions.js";
import { StreamRun } from "./stream-run.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on the routes that compute. */
    record: RequestRecord | null;
  }
}

/** The engine's last word; of what is no generation it is only what was read. */
type EngineEnd = TokenUsage & Partial<Pick<RequestEnd, "reason" | "instants" | "replica">>;

/** Refusals because what the engine is waited for with is used up. */
const SHEDS: ReadonlySet<Rejection> = new Set(["queue_full", "wait_too_long", "queue_timeout"]);

/** Follows a request to its end. */
export interface RecordTrace {
  /** Undefined for a request that was not sampled: nobody could find it. */
  readonly exemplar: Exemplar | undefined;
  /** @param overAt When the last byte was out, or the client gone. */
  end(status: number, overAt: number): void;
}

interface Tracer {
  begin(request: FastifyRequest, record: RequestRecord): RecordTrace | null;
}

/** Where a request is counted, as far as it is known when it comes. */
export interface RecordPlace {
  meters: Meters;
  /** Of the model that counts what no model is found for. */
  model: ModelMeters;
  /** The route's template. */
  route: string;
  /** As metrics name it. */
  tenant: string;
}

/** What is known of a request to a model, counted under one outcome: the first that is settled on. */
export class RequestRecord {
  readonly arrivedAt = now();
  /** The id of the one that serves it, of a LoRA adapter its model's; as the client named it where there is none. */
  model: string | undefined;
  outcome: Outcome | undefined;
  /** What the client was told, or would have been had it stayed. */
  errorCode: ErrorCode | undefined;
  /** Of all that the engine was asked for this request; undefined until the engine has ended one. */
  usage: TokenUsage | undefined;
  /** When the engine was asked first. */
  submittedAt: number | undefined;
  firstTextAt: number | undefined;
  /** When the engine had said its last word. */
  endedAt: number | undefined;
  /** Of all engine requests together; undefined where the engine did not tell them. */
  instants: Instants | undefined;
  /** Of each engine request that ended by itself. */
  readonly finishReasons: string[] = [];
  /** Answers that are asked for; 0 for what is no text. */
  choices = 0;
  trace: RecordTrace | null = null;
  /** The session that it is part of, if it named one. */
  session: SessionTurn | null = null;
  /** Of an answer that is sent as it comes. */
  stream: StreamRun | null = null;
  #meters: ModelMeters;
  #turn: TurnMeters;
  #sawFirstToken = false;
  /** When the answer began to leave; undefined for errors and for what is no text. */
  #sentFrom: number | undefined;
  #inEngine = 0;
  #listeners: (() => void)[] = [];

  constructor(private readonly place: RecordPlace) {
    this.#meters = place.model;
    this.#turn = this.#meters.ofRoute(place.route);
  }

  get route(): string {
    return this.place.route;
  }

  get tenant(): string {
    return this.place.tenant;
  }

  /** The model that the request names is known now. */
  servedBy({ id, meters }: { id: string; meters: ModelMeters }): void {
    this.model = id;
    this.#meters = meters;
    this.#turn = meters.ofRoute(this.place.route);
    this.session?.servedBy(meters);
  }

  /** The answer is to be an event stream. */
  streams(): StreamRun {
    const { meters, route } = this.place;
    const jitter = this.#meters.deliveryJitter;
    return (this.stream = new StreamRun(meters.ofStreams(route), jitter, this.arrivedAt));
  }

  settle(outcome: Outcome, errorCode?: ErrorCode): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.errorCode = errorCode;
    this.#turn.outcomes[outcome].inc();
    this.place.meters.ofTenant(this.place.tenant).outcomes[outcome].inc();
    this.#turn.duration.observe(now() - this.arrivedAt, this.trace?.exemplar);
    if (outcome === "stop" || outcome === "length") this.#meters.link.succeeded();
    if (errorCode !== undefined) this.#countError(errorCode);
    this.#check();
  }

  /** A request went to the engine, from which `ended` follows. @returns When. */
  submitted(): number {
    const at = now();
    this.submittedAt ??= at;
    this.#inEngine++;
    return at;
  }

  /** A text came for it. */
  texted(): void {
    if (this.firstTextAt !== undefined) return;
    this.firstTextAt = now();
    this.#sawFirst(this.firstTextAt);
  }

  /** An answer of text is ready to leave, all of it unless it is a stream. */
  sending(): void {
    if (this.#sentFrom !== undefined) return;
    this.#sentFrom = this.stream ? (this.firstTextAt ?? now()) : now();
    this.#meters.stream.requests.inc();
  }

  /**
   * @param end The engine's last word, or null when it was lost.
   * @param status What became of it.
   * @param submittedAt When the engine was asked for it.
   * @param sharesPrompt Whether the prompt is that of a request before, and counts no more.
   */
  ended(end: EngineEnd | null, status: EngineStatus, submittedAt: number, sharesPrompt = false): void {
    this.#inEngine--;
    this.endedAt = now();
    this.#meters.engine.ended(status, this.endedAt - submittedAt);
    if (end) this.#add(end, sharesPrompt);
    this.#check();
  }

  /** @param isFinished Whether the last byte was out. @param isUnread Whether its client did not read. */
  over(isFinished: boolean, isUnread: boolean): void {
    // What was cut within its answer; what had not begun has an error that says more.
    if (isUnread && !isFinished && this.#sentFrom !== undefined) {
      this.#meters.shed.stream.inc();
      this.stream?.break();
    }
    if (this.outcome === undefined) {
      this.#turn.failed("stream", isUnread ? "client_unread" : "client_abort");
      this.settle("cancelled");
    }
    this.stream?.over(isFinished);
    if (this.#sentFrom !== undefined) this.#meters.stream.duration.observe(now() - this.#sentFrom);
  }

  /** Calls `listener` once the outcome is settled and the engine has said all, which of a cancelled request is later. */
  whenComplete(listener: () => void): void {
    this.#listeners.push(listener);
    this.#check();
  }

  #countError(code: ErrorCode): void {
    const { stage, rejection }: ErrorKind = ERRORS[code];
    this.#turn.failed(stage, code);
    if (rejection === undefined || this.submittedAt !== undefined) return;
    this.#turn.rejections[rejection].inc();
    if (SHEDS.has(rejection)) this.#meters.shed.inference.inc();
  }

  #check(): void {
    if (this.outcome === undefined || this.#inEngine > 0) return;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  #add(end: EngineEnd, sharesPrompt: boolean): void {
    const { instants, reason, generatedTokens, replica } = end;
    if (!this.usage) this.#endedFirst(replica);
    this.usage = sumOf(this.usage, sharesPrompt ? { ...end, promptTokens: 0, cachedTokens: 0 } : end);
    if (instants) this.instants = joined(this.instants, instants);
    if (reason === "stop" || reason === "length") this.finishReasons.push(reason);
    this.stream?.meters.tokens.inc(generatedTokens);
    this.#countTokens(sharesPrompt ? 0 : end.promptTokens, generatedTokens);
    // Tokens without a text of their own.
    const firstTokenAt = this.instants?.firstTokenAt ?? 0;
    if (firstTokenAt > 0 && this.#inEngine === 0) this.#sawFirst(firstTokenAt);
  }

  #countTokens(prompt: number, generated: number): void {
    this.#turn.tokens.prompt.inc(prompt);
    this.#turn.tokens.generation.inc(generated);
    this.session?.used(prompt, generated);
  }

  #endedFirst(replica: number | undefined): void {
    this.session?.ended(replica);
    if (this.choices > 0) this.#meters.engine.chosen(this.choices);
  }

  #sawFirst(at: number): void {
    if (this.#sawFirstToken) return;
    this.#sawFirstToken = true;
    this.#turn.timeToFirstToken.observe(at - this.arrivedAt);
  }
}

function sumOf(before: TokenUsage | undefined, end: TokenUsage): TokenUsage {
  return {
    promptTokens: (before?.promptTokens ?? 0) + end.promptTokens,
    cachedTokens: (before?.cachedTokens ?? 0) + end.cachedTokens,
    generatedTokens: (before?.generatedTokens ?? 0) + end.generatedTokens,
  };
}

/** The first of the beginnings and the last of the ends. */
function joined(before: Instants | undefined, after: Instants): Instants {
  if (!before) return after;
  const first = (a: number, b: number) => Math.min(a || b, b || a);
  return {
    assembledAt: Math.max(before.assembledAt, after.assembledAt),
    startedAt: first(before.startedAt, after.startedAt),
    firstTokenAt: first(before.firstTokenAt, after.firstTokenAt),
    lastTokenAt: Math.max(before.lastTokenAt, after.lastTokenAt),
  };
}

/**
 * Gives every request of this scope a record; one that nobody settled was closed by its client.
 * @param model Counts what no model is found for.
 */
export function useRequestRecords(
  app: FastifyInstance,
  meters: Meters,
  model: ModelMeters,
  tracing: Tracer | null = null,
): void {
  app.addHook("onRequest", (request, reply, done) => {
    const route = request.routeOptions.url!;
    const record = new RequestRecord({ meters, model, route, tenant: tenantLabel(request.tenant) });
    request.record = record;
    record.trace = tracing?.begin(request, record) ?? null;
    whenOver(request, reply, (error) => {
      if (error) record.settle(error.kind.outcome, error.code);
      record.over(reply.raw.writableFinished, connectionOf(request.raw.socket).isUnread);
      if (record.trace) endTrace(record, record.trace, finalStatus(reply.raw, error));
    });
    done();
  });
}

/** What the engine did for it belongs to it, also when its client is gone. */
function endTrace(record: RequestRecord, trace: RecordTrace, status: number): void {
  const overAt = now();
  record.whenComplete(() => trace.end(status, overAt));
}
