import type { Stage } from "../metrics/catalog.js";
import type { CounterHandle, GaugeHandle, HistogramHandle } from "../telemetry/index.js";
import type { RequestEnd } from "./messages.js";
import type { Assembly } from "./native-engine.js";
import type { EngineWriter } from "./replica-meters.js";

interface StageMeters {
  requests: CounterHandle;
  duration: HistogramHandle;
  depth: GaugeHandle;
}

function stageMeters({ metrics }: EngineWriter, model: string, stage: Stage): StageMeters {
  const labels = { model, stage };
  return {
    requests: metrics.stageRequests.labels(labels),
    duration: metrics.stageDuration.labels(labels),
    depth: metrics.stageDepth.labels(labels),
  };
}

/** The clock of the instants of a request's end. */
function monotonicSeconds(): number {
  return Number(process.hrtime.bigint()) / 1e9;
}

/**
 * What a replica's thread records of the stages assemble, inference and post; src/metrics/catalog/stages.ts says
 * between which instants.
 */
export class StageRecord {
  readonly #assemble: StageMeters;
  readonly #inference: StageMeters;
  readonly #post: StageMeters;

  constructor(writer: EngineWriter, model: string) {
    this.#assemble = stageMeters(writer, model, "assemble");
    // Its depth is the admission queue's, which this process does not see.
    this.#inference = stageMeters(writer, model, "inference");
    this.#post = stageMeters(writer, model, "post");
  }

  /** Of a request that is being assembled from now on. */
  async submitted(assembly: Promise<Assembly>): Promise<void> {
    this.#assemble.requests.inc();
    this.#assemble.depth.inc();
    const { seconds, handedOver } = await assembly;
    this.#assemble.depth.dec();
    this.#assemble.duration.observe(seconds);
    if (handedOver) this.#inference.requests.inc();
  }

  /** Of requests whose ends are handed over now. */
  ended(ends: readonly RequestEnd[]): void {
    if (ends.length === 0) return;
    const now = monotonicSeconds();
    for (const end of ends) this.#leave(end, now);
  }

  /** What was cut off has not come to its last token, however many it had: it goes no further than inference. */
  #leave({ reason, instants }: RequestEnd, now: number): void {
    if (!instants) return;
    const { assembledAt, lastTokenAt } = instants;
    const isWhole = (reason === "stop" || reason === "length") && lastTokenAt > 0;
    this.#inference.duration.observe((isWhole ? lastTokenAt : now) - assembledAt);
    if (!isWhole) return;
    this.#post.requests.inc();
    this.#post.duration.observe(now - lastTokenAt);
    // The decode thread counted it in.
    this.#post.depth.dec();
  }
}
