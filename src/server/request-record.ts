import type { FastifyInstance, FastifyRequest } from "fastify";
import type { Instants, RequestEnd, TokenUsage } from "../engine/messages.js";
import type { Outcome } from "../metrics/catalog.js";
import type { Exemplar } from "../telemetry/index.js";
import { whenOver } from "./connection.js";
import { finalStatus } from "./final-status.js";
import { now, type ModelMeters } from "./meters.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on the routes that compute. */
    record: RequestRecord | null;
  }
}

/** The engine's last word; of what is no generation it is only what was read. */
type EngineEnd = TokenUsage & Partial<Pick<RequestEnd, "reason" | "instants">>;

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

/** What is known of a request to a model, counted under one outcome: the first that is settled on. */
export class RequestRecord {
  readonly arrivedAt = now();
  /** The id of the one that serves it, of a LoRA adapter its model's; as the client named it where there is none. */
  model: string | undefined;
  outcome: Outcome | undefined;
  /** What the client was told, or would have been had it stayed. */
  errorCode: string | undefined;
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
  trace: RecordTrace | null = null;
  #inEngine = 0;
  #listeners: (() => void)[] = [];

  /** @param meters Those that count what no model is found for. */
  constructor(private meters: ModelMeters) {}

  /** The model that the request names is known now. */
  servedBy({ id, meters }: { id: string; meters: ModelMeters }): void {
    this.model = id;
    this.meters = meters;
  }

  settle(outcome: Outcome, errorCode?: string): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.errorCode = errorCode;
    this.meters.outcomes[outcome].inc();
    this.meters.requestDuration.observe(now() - this.arrivedAt, this.trace?.exemplar);
    this.#check();
  }

  /** A request went to the engine, from which `ended` follows. */
  submitted(): void {
    this.submittedAt ??= now();
    this.#inEngine++;
  }

  /** A text came for it. */
  texted(): void {
    this.firstTextAt ??= now();
  }

  /**
   * @param end The engine's last word, or null when it was lost.
   * @param sharesPrompt Whether the prompt is that of a request before, and counts no more.
   */
  ended(end: EngineEnd | null, sharesPrompt = false): void {
    this.#inEngine--;
    this.endedAt = now();
    if (end) this.#add(end, sharesPrompt);
    this.#check();
  }

  /** Calls `listener` once the outcome is settled and the engine has said all, which of a cancelled request is later. */
  whenComplete(listener: () => void): void {
    this.#listeners.push(listener);
    this.#check();
  }

  #check(): void {
    if (this.outcome === undefined || this.#inEngine > 0) return;
    for (const listener of this.#listeners.splice(0)) listener();
  }

  #add(end: EngineEnd, sharesPrompt: boolean): void {
    const { instants, reason } = end;
    this.usage = sumOf(this.usage, sharesPrompt ? { ...end, promptTokens: 0, cachedTokens: 0 } : end);
    if (instants) this.instants = joined(this.instants, instants);
    if (reason === "stop" || reason === "length") this.finishReasons.push(reason);
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

/** Gives every request of this scope a record; one that nobody settled was closed by its client. */
export function useRequestRecords(
  app: FastifyInstance,
  meters: ModelMeters,
  tracing: Tracer | null = null,
): void {
  app.addHook("onRequest", (request, reply, done) => {
    const record = new RequestRecord(meters);
    request.record = record;
    record.trace = tracing?.begin(request, record) ?? null;
    whenOver(request, reply, (error) => {
      record.settle(error?.kind.outcome ?? "cancelled", error?.code);
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
