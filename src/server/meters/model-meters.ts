import type { Rejection } from "../../metrics/catalog.js";
import type { CounterHandle } from "../../telemetry/index.js";
import type { ServerMetrics } from "../meters.js";
import { EngineRequestMeters } from "./engine-request-meters.js";
import { LinkMeters } from "./link-meters.js";
import { rejectionsOf, TurnMeters } from "./turn-meters.js";

/** The metrics of one model that the front writes. */
export class ModelMeters {
  readonly running;
  /** Requests that wait for the model, whatever their route. */
  readonly depth;
  readonly shed: { inference: CounterHandle; stream: CounterHandle };
  readonly stream;
  readonly engine: EngineRequestMeters;
  readonly link: LinkMeters;
  readonly uses: { hit: CounterHandle; miss: CounterHandle };
  readonly evictions;
  readonly deliveryJitter;
  readonly sessions;
  readonly sessionTurns: { hit: CounterHandle; miss: CounterHandle };
  readonly #turns = new Map<string, TurnMeters>();
  readonly #rejections = new Map<string, Record<Rejection, CounterHandle>>();

  constructor(
    private readonly metrics: ServerMetrics,
    private readonly model: string,
  ) {
    const shed = (stage: "inference" | "stream") => metrics.stageShed.labels({ model, stage });
    this.running = metrics.requestsRunning.labels({ model });
    this.depth = metrics.stageDepth.labels({ model, stage: "inference" });
    this.shed = { inference: shed("inference"), stream: shed("stream") };
    this.stream = {
      requests: metrics.stageRequests.labels({ model, stage: "stream" }),
      duration: metrics.stageDuration.labels({ model, stage: "stream" }),
    };
    this.engine = new EngineRequestMeters(metrics, model);
    this.link = new LinkMeters(metrics, model);
    const uses = (residency: "hit" | "miss") => metrics.modelUses.labels({ model, residency });
    this.uses = { hit: uses("hit"), miss: uses("miss") };
    this.evictions = metrics.modelEvictions.labels({ model });
    this.deliveryJitter = metrics.deliveryJitter.labels({ model });
    this.sessions = metrics.sessions.labels({ model });
    const turns = (affinity: "hit" | "miss") => metrics.sessionTurns.labels({ model, affinity });
    this.sessionTurns = { hit: turns("hit"), miss: turns("miss") };
    // There is no retrieval yet: its stage is there, and nobody enters it.
    metrics.stageRequests.labels({ model, stage: "rag" });
    metrics.stageDepth.labels({ model, stage: "rag" }).set(0);
  }

  /** @param route Its template. */
  ofRoute(route: string): TurnMeters {
    let turn = this.#turns.get(route);
    if (!turn) {
      turn = new TurnMeters(this.metrics, { model: this.model, route });
      this.#turns.set(route, turn);
    }
    return turn;
  }

  /** Of a route whose requests are counted only where they are turned away. @param route Its template. */
  rejectionsOf(route: string): Record<Rejection, CounterHandle> {
    let rejections = this.#rejections.get(route);
    if (!rejections) {
      rejections = rejectionsOf(this.metrics, { model: this.model, route });
      this.#rejections.set(route, rejections);
    }
    return rejections;
  }

  sessionTokens(tenant: string, prompt: number, generation: number): void {
    const labels = { model: this.model, tenant };
    this.metrics.sessionTokens.labels({ ...labels, kind: "prompt" }).inc(prompt);
    this.metrics.sessionTokens.labels({ ...labels, kind: "generation" }).inc(generation);
  }

  sessionStarted(tenant: string): void {
    this.metrics.sessionsStarted.labels({ model: this.model, tenant }).inc();
  }
}
