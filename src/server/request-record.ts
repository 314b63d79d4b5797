import type { FastifyInstance } from "fastify";
import type { RequestEnd, TokenUsage } from "../engine/messages.js";
import type { Outcome } from "../metrics/catalog.js";
import { whenOver } from "./connection.js";
import { now, type Meters } from "./meters.js";

declare module "fastify" {
  interface FastifyRequest {
    /** Set on the routes that generate. */
    record: RequestRecord | null;
  }
}

/** What is known of a generation request, counted under one outcome: the first that is settled on. */
export class RequestRecord {
  readonly arrivedAt = now();
  /** As the answer names it. */
  model: string | undefined;
  outcome: Outcome | undefined;
  /** What the client was told, or would have been had it stayed. */
  errorCode: string | undefined;
  /** Of all that the engine was asked for this request; undefined until the engine has ended one. */
  usage: TokenUsage | undefined;
  /** When the engine was asked first. */
  submittedAt: number | undefined;
  firstTextAt: number | undefined;
  #inEngine = 0;
  #whenComplete: (() => void) | null = null;

  constructor(private readonly meters: Meters) {}

  settle(outcome: Outcome, errorCode?: string): void {
    if (this.outcome !== undefined) return;
    this.outcome = outcome;
    this.errorCode = errorCode;
    this.meters.outcomes[outcome].inc();
    this.meters.requestDuration.observe(now() - this.arrivedAt);
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
  ended(end: RequestEnd | null, sharesPrompt = false): void {
    this.#inEngine--;
    if (end)
      this.usage = sumOf(this.usage, sharesPrompt ? { ...end, promptTokens: 0, cachedTokens: 0 } : end);
    this.#check();
  }

  /** Calls `listener` once the outcome is settled and the engine has said all, which of a cancelled request is later. */
  whenComplete(listener: () => void): void {
    this.#whenComplete = listener;
    this.#check();
  }

  #check(): void {
    if (this.outcome === undefined || this.#inEngine > 0) return;
    this.#whenComplete?.();
    this.#whenComplete = null;
  }
}

function sumOf(before: TokenUsage | undefined, end: TokenUsage): TokenUsage {
  return {
    promptTokens: (before?.promptTokens ?? 0) + end.promptTokens,
    cachedTokens: (before?.cachedTokens ?? 0) + end.cachedTokens,
    generatedTokens: (before?.generatedTokens ?? 0) + end.generatedTokens,
  };
}

/** Gives every request of this scope a record; one that nobody settled was closed by its client. */
export function useRequestRecords(app: FastifyInstance, meters: Meters): void {
  app.addHook("onRequest", (request, reply, done) => {
    const record = new RequestRecord(meters);
    request.record = record;
    whenOver(request, reply, (error) => record.settle(error?.kind.outcome ?? "cancelled", error?.code));
    done();
  });
}
