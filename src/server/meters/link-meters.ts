import type { EngineCall, FromEngine, ToEngine } from "../../engine/messages.js";
import type { CounterHandle, HistogramHandle } from "../../telemetry/index.js";
import { now, type ServerMetrics } from "../meters.js";
import { each } from "./turn-meters.js";

type HostState = "ready" | "down" | "starting";

const OUTGOING = ["start", "submit", "cancel", "call", "stop"] as const satisfies ToEngine["type"][];
const INCOMING = ["progress", "ready", "failed", "step", "answer"] as const satisfies FromEngine["type"][];
const OPERATIONS = [
  "embed",
  "rank",
  "tokenize",
  "tokenize-chat",
  "detokenize",
  "apply-template",
] as const satisfies EngineCall["kind"][];

/** What one model's engine host, and the channel to it, leave behind. */
export class LinkMeters {
  /** Messages, by type: of all models together. */
  readonly sent: Record<ToEngine["type"], CounterHandle>;
  readonly received: Record<FromEngine["type"], CounterHandle>;
  readonly calls: Record<EngineCall["kind"], HistogramHandle>;
  readonly connections;
  readonly #loads;
  readonly #loaded;
  readonly #stateSet;
  readonly #failures;
  readonly #failover;
  #state: HostState | null = null;
  /** When the host ended unasked, if no request has succeeded since. */
  #failedAt: number | null = null;

  constructor(
    private readonly metrics: ServerMetrics,
    private readonly model: string,
  ) {
    this.sent = each(OUTGOING, (type) => metrics.engineMessages.labels({ direction: "outgoing", type }));
    this.received = each(INCOMING, (type) => metrics.engineMessages.labels({ direction: "incoming", type }));
    this.calls = each(OPERATIONS, (operation) => metrics.engineCallDuration.labels({ model, operation }));
    this.connections = metrics.engineConnections.labels({});
    const loads = (source: "disk" | "download") => metrics.modelLoadDuration.labels({ model, source });
    this.#loads = { disk: loads("disk"), download: loads("download") };
    this.#loaded = metrics.modelsLoaded.labels({});
    this.#stateSet = metrics.engineState.labels({ model });
    this.#failures = metrics.engineFailures.labels({ model });
    this.#failover = metrics.failoverDuration.labels({ model });
  }

  starting(): void {
    this.#enter("starting");
  }

  /** @param seconds Since the host was started. */
  ready(source: "disk" | "download", seconds: number): void {
    this.#enter("ready");
    this.#loads[source].observe(seconds);
  }

  /** The host ended, and nobody had asked it to. */
  failed(): void {
    // One that was not ready yet had nobody to fail.
    if (this.#state === "ready") this.#failedAt ??= now();
    this.#enter("down");
    this.#failures.inc();
  }

  /** The host is gone, as it should be: it has no state. */
  stopped(): void {
    this.#leave();
    this.#state = null;
    this.#failedAt = null;
  }

  /** A request has ended well. */
  succeeded(): void {
    if (this.#failedAt === null) return;
    this.#failover.observe(now() - this.#failedAt);
    this.#failedAt = null;
  }

  #enter(to: HostState): void {
    const from = this.#state;
    if (from === to) return;
    this.#leave();
    this.#state = to;
    this.#stateSet.set(to);
    if (to === "ready") this.#loaded.inc();
    if (from !== null) this.metrics.engineTransitions.labels({ model: this.model, from, to }).inc();
  }

  #leave(): void {
    if (this.#state === null) return;
    this.#stateSet.disable(this.#state);
    if (this.#state === "ready") this.#loaded.dec();
  }
}
