import type { Instants, RequestEnd } from "../../engine/messages.js";
import type { CounterHandle } from "../../telemetry/index.js";
import { ERRORS, type ErrorCode } from "../errors.js";
import type { ServerMetrics } from "../meters.js";
import { each } from "./turn-meters.js";

const STATUSES = ["success", "cancelled", "timeout", "invalid", "error", "lost"] as const;
/** How the engine ended what it was asked for. */
export type EngineStatus = (typeof STATUSES)[number];

/** Of what it ended with an error: what a client got wrong is no failure of the engine's. */
export function failureStatus(code: ErrorCode): EngineStatus {
  return ERRORS[code].outcome === "invalid" ? "invalid" : "error";
}

/** What the engine's requests leave behind when they end: several of them may serve one client's. */
export class EngineRequestMeters {
  readonly statuses: Record<EngineStatus, CounterHandle>;
  readonly #duration;
  readonly #phases;
  readonly #tokens;
  readonly #choices;
  readonly #contextLimitReached;

  constructor(metrics: ServerMetrics, model: string) {
    this.statuses = each(STATUSES, (status) => metrics.engineRequests.labels({ model, status }));
    this.#duration = metrics.engineDuration.labels({ model });
    this.#phases = {
      prefill: metrics.prefillDuration.labels({ model }),
      decode: metrics.decodeDuration.labels({ model }),
      inference: metrics.inferenceDuration.labels({ model }),
      perToken: metrics.timePerOutputToken.labels({ model }),
    };
    this.#tokens = {
      prompt: metrics.requestPromptTokens.labels({ model }),
      generation: metrics.requestGenerationTokens.labels({ model }),
      context: metrics.requestContextTokens.labels({ model }),
      most: metrics.requestMaxTokens.labels({ model }),
    };
    this.#choices = metrics.requestChoices.labels({ model });
    this.#contextLimitReached = metrics.contextLimitReached.labels({ model });
  }

  /** @param seconds Since the engine was asked. */
  ended(status: EngineStatus, seconds: number): void {
    this.statuses[status].inc();
    this.#duration.observe(seconds);
  }

  /** Once a client's request. */
  chosen(choices: number): void {
    this.#choices.observe(choices);
  }

  /** @param maxTokens Null for no limit. */
  generated(maxTokens: number | null, { reason, promptTokens, generatedTokens, instants }: RequestEnd): void {
    // One that was refused or left before its prompt was tokens.
    if (promptTokens === 0) return;
    this.#tokens.prompt.observe(promptTokens);
    this.#tokens.generation.observe(generatedTokens);
    this.#tokens.context.observe(promptTokens + generatedTokens);
    if (maxTokens !== null) this.#tokens.most.observe(maxTokens);
    if (reason === "length" && generatedTokens < (maxTokens ?? Infinity)) this.#contextLimitReached.inc();
    if (instants) this.#observePhases(instants, generatedTokens);
  }

  #observePhases({ startedAt, firstTokenAt, lastTokenAt }: Instants, generatedTokens: number): void {
    if (startedAt === 0 || firstTokenAt === 0) return;
    const decode = lastTokenAt - firstTokenAt;
    this.#phases.prefill.observe(firstTokenAt - startedAt);
    this.#phases.decode.observe(decode);
    this.#phases.inference.observe(lastTokenAt - startedAt);
    if (generatedTokens > 1) this.#phases.perToken.observe(decode / (generatedTokens - 1));
  }
}
