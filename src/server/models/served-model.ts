import type { Adapter, ModelInfo } from "../../engine/messages.js";
import { Admission, type AdmissionLimits } from "../admission.js";
import type { EngineLink, EngineLinkEvents } from "../engine-link.js";
import type { ModelMeters } from "../meters.js";

/** What is needed of an engine host's link; tests script one. */
export type ModelLink = Pick<EngineLink, "state" | "start" | "submit" | "cancel" | "call" | "stop" | "kill">;

export interface ModelSpec {
  /** The name clients use. */
  id: string;
  adapters: readonly Adapter[];
  /** Of its files, for as long as nobody knows what it takes once loaded; 0 before a download. */
  bytes: number;
  limits: AdmissionLimits;
  meters: ModelMeters;
  /**
   * A link to a host of its own, not yet started.
   * @param file Where the model was found the last time; null before the first.
   */
  connect(events: Pick<EngineLinkEvents, "onReady" | "onDown">, file: string | null): ModelLink;
}

export type ModelState = "unloaded" | "loading" | "loaded" | "failed";

/** libuv has four threads in the engine host, and prompts are tokenised there too. */
const TEXT_CALLS = 2;

/** What models of each kind are asked over, mostly. */
const MAIN_ROUTES: Record<ModelInfo["kind"], string> = {
  generation: "/v1/chat/completions",
  embedding: "/v1/embeddings",
  rerank: "/v1/rerank",
};

/** A model that failed to load is tried again after so many seconds, twice as long each time. */
const FIRST_RETRY_SECONDS = 5;
const LONGEST_RETRY_SECONDS = 300;

/** One model: its engine host while it is loaded, its queues, and who uses it. */
export class ServedModel {
  readonly id: string;
  readonly adapters: readonly Adapter[];
  readonly meters: ModelMeters;
  readonly admission: Admission;
  /** Who may tokenise and the like, which takes none of the engine's slots. */
  readonly textCalls: Admission;
  /** Of the last load; null before the first. */
  info: ModelInfo | null = null;
  /** Requests that hold a lease. */
  users = 0;
  /** When the last lease was given back, in milliseconds on `performance`'s clock. */
  lastUsed = 0;
  /** Takes no newcomers, so that another model gets its turn. */
  retiring = false;
  #state: ModelState = "unloaded";
  #link: ModelLink | null = null;
  #awaited = 0;
  #retryAt = 0;
  #retrySeconds = FIRST_RETRY_SECONDS;

  constructor(private readonly spec: ModelSpec) {
    this.id = spec.id;
    this.adapters = spec.adapters;
    this.meters = spec.meters;
    this.admission = new Admission(
      spec.limits,
      ({ running }) => this.meters.running.set(running),
      (route, change) => this.#countWaiting(route, change),
    );
    this.textCalls = new Admission(spec.limits);
  }

  /** A host that died and is started again counts as loading, though its requests keep their places. */
  get state(): ModelState {
    return this.#link?.state === "restarting" ? "loading" : this.#state;
  }

  get isLoaded(): boolean {
    return this.#state === "loaded";
  }

  /** Whoever holds a lease finds it. */
  get link(): ModelLink {
    if (!this.#link) throw new Error(`The model '${this.id}' is not loaded.`);
    return this.#link;
  }

  /** Bytes it takes once loaded, as far as is known. */
  get bytes(): number {
    return this.info ? this.info.sizeBytes + this.info.cacheBytes : this.spec.bytes;
  }

  /** Seconds until a model that failed to load may be tried again; 0 for any other. */
  get retrySeconds(): number {
    if (this.#state !== "failed") return 0;
    return Math.max(0, Math.ceil((this.#retryAt - performance.now()) / 1000));
  }

  /** Requests that wait for it to be loaded. */
  get awaited(): number {
    return this.#awaited;
  }

  /** One more request of this route waits for it to be loaded, or one fewer. */
  countAwaited(route: string, change: 1 | -1): void {
    this.#awaited += change;
    this.#countWaiting(route, change);
  }

  /** @throws EngineStartError */
  async load(): Promise<ModelInfo> {
    this.#state = "loading";
    const events = { onReady: (info: ModelInfo) => this.#ready(info), onDown: () => this.#pause() };
    this.#link = this.spec.connect(events, this.info?.file ?? null);
    try {
      return await this.#link.start();
    } catch (error) {
      this.#failed();
      throw error;
    }
  }

  /** Resolves when its memory is free. */
  async unload(): Promise<void> {
    this.#state = "unloaded";
    this.retiring = false;
    this.#pause();
    const link = this.#link;
    this.#link = null;
    await link?.stop();
  }

  /** Admits no newcomers; those who wait keep their places. */
  close(): void {
    this.admission.close();
    this.textCalls.close();
  }

  /** For the last moments of this process. */
  kill(): void {
    this.#link?.kill();
  }

  #ready(info: ModelInfo): void {
    this.info = info;
    this.#state = "loaded";
    this.#retrySeconds = FIRST_RETRY_SECONDS;
    // There to be seen before the first request.
    this.meters.ofRoute(MAIN_ROUTES[info.kind]);
    this.lastUsed = performance.now();
    this.admission.resume(info.slots);
    this.textCalls.resume(TEXT_CALLS);
  }

  #pause(): void {
    this.admission.pause();
    this.textCalls.pause();
  }

  #failed(): void {
    this.#state = "failed";
    this.#link = null;
    this.#retryAt = performance.now() + this.#retrySeconds * 1000;
    this.#retrySeconds = Math.min(this.#retrySeconds * 2, LONGEST_RETRY_SECONDS);
  }

  #countWaiting(route: string, change: 1 | -1): void {
    this.meters.ofRoute(route).waiting.inc(change);
    this.meters.depth.inc(change);
  }
}
