import { OUTCOMES, REJECTIONS, type Outcome, type Rejection } from "../../metrics/catalog.js";
import type { CounterHandle } from "../../telemetry/index.js";
import type { ErrorStage } from "../errors.js";
import type { ServerMetrics } from "../meters.js";

/** What the requests to one model over one route leave behind. */
export class TurnMeters {
  readonly outcomes: Record<Outcome, CounterHandle>;
  readonly rejections: Record<Rejection, CounterHandle>;
  readonly waiting;
  readonly timeToFirstToken;
  readonly duration;
  /** Of the route, whatever the model. */
  readonly tokens: { prompt: CounterHandle; generation: CounterHandle };
  /** By code: each belongs to one stage. */
  readonly #errors = new Map<string, CounterHandle>();

  constructor(
    private readonly metrics: ServerMetrics,
    private readonly labels: { model: string; route: string },
  ) {
    this.outcomes = each(OUTCOMES, (outcome) => metrics.requests.labels({ ...labels, outcome }));
    this.rejections = rejectionsOf(metrics, labels);
    this.waiting = metrics.requestsWaiting.labels(labels);
    this.timeToFirstToken = metrics.timeToFirstToken.labels(labels);
    this.duration = metrics.requestDuration.labels(labels);
    const tokens = (kind: "prompt" | "generation") =>
      metrics.routeTokens.labels({ route: labels.route, kind });
    this.tokens = { prompt: tokens("prompt"), generation: tokens("generation") };
  }

  failed(stage: ErrorStage, code: string): void {
    let errors = this.#errors.get(code);
    if (!errors) {
      errors = this.metrics.requestErrors.labels({ ...this.labels, stage, code });
      this.#errors.set(code, errors);
    }
    errors.inc();
  }
}

export function rejectionsOf(
  metrics: ServerMetrics,
  labels: { model: string; route: string },
): Record<Rejection, CounterHandle> {
  return each(REJECTIONS, (reason) => metrics.rejections.labels({ ...labels, reason }));
}

export function each<K extends string, V>(keys: readonly K[], make: (key: K) => V): Record<K, V> {
  return Object.fromEntries(keys.map((key) => [key, make(key)])) as Record<K, V>;
}
