import type { ModelInfo } from "../../engine/messages.js";
import { logLine } from "../log.js";
import type { ServedModel } from "./served-model.js";

/** There was no room for the model, and nobody waited for it any more. */
export class AbandonedLoad extends Error {
  constructor() {
    super("there is no room for it");
  }
}

/**
 * Which models are loaded: as many as fit in a budget. To make room, the least recently used one that nobody uses is
 * unloaded. Where all are in use, the next model waits, and after a while the least recently used one takes no
 * newcomers until it has had its turn: otherwise a model that is never idle would keep all others out.
 */
export class ModelMemory {
  /** Those that take memory: loaded, being loaded or being unloaded. */
  readonly #held = new Set<ServedModel>();
  readonly #loads = new Map<ServedModel, Promise<ModelInfo>>();
  /** Room is made for one after the other, in the order in which they were asked for. */
  #turn: Promise<void> = Promise.resolve();
  #changed: () => void = () => undefined;

  /**
   * @param budget Bytes; Infinity for any number.
   * @param patience Milliseconds after which a model in use is asked to make way.
   */
  constructor(
    private readonly budget: number,
    private readonly patience: number,
  ) {}

  /** Whether requests may use it now. */
  serves(model: ServedModel): boolean {
    return model.isLoaded && !model.retiring;
  }

  /** Whether it could be loaded beside those that are. */
  fits(model: ServedModel): boolean {
    return this.#excess(model) <= 0;
  }

  /**
   * Loads it, or joins the load that is under way.
   * @throws EngineStartError, AbandonedLoad
   */
  load(model: ServedModel): Promise<ModelInfo> {
    const under = this.#loads.get(model);
    if (under) return under;
    const load = this.#load(model).finally(() => {
      this.#loads.delete(model);
      this.changed();
    });
    this.#loads.set(model, load);
    return load;
  }

  /** A model is in less use than before. */
  changed(): void {
    this.#changed();
  }

  async #load(model: ServedModel): Promise<ModelInfo> {
    await this.#next(() => this.#makeRoom(model));
    if (model.isLoaded) return model.info!;
    try {
      const info = await model.load();
      void this.#next(() => this.#trim(model));
      return info;
    } catch (error) {
      this.#held.delete(model);
      throw error;
    }
  }

  #next(work: () => Promise<void>): Promise<void> {
    const turn = this.#turn.then(work);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Its place is kept from then on. A model that is too large for the budget alone gets it all. */
  async #makeRoom(model: ServedModel): Promise<void> {
    model.retiring = false;
    // Once for all of the wait: the short requests of a busy model end, and so change something, all the time.
    const timer = setInterval(() => this.#retireOne(), this.patience);
    try {
      while (!this.#held.has(model)) await this.#makeSomeRoom(model);
    } finally {
      clearInterval(timer);
    }
  }

  async #makeSomeRoom(model: ServedModel): Promise<void> {
    const victim = this.#leastRecent(
      ({ users, awaited, retiring }) => users === 0 && (retiring || awaited === 0),
    );
    if (this.#excess(model) <= 0 || this.#held.size === 0) this.#held.add(model);
    else if (model.awaited === 0) throw new AbandonedLoad();
    else if (victim) await this.#unload(victim);
    else await this.#change();
  }

  /** A model may take more than its files told. */
  async #trim(model: ServedModel): Promise<void> {
    while (this.#excess() > 0) {
      const victim = this.#leastRecent(
        (other) => other !== model && other.users === 0 && other.awaited === 0,
      );
      if (!victim) return;
      await this.#unload(victim);
    }
  }

  async #unload(model: ServedModel): Promise<void> {
    logLine(`the model '${model.id}' is unloaded to make room`);
    model.meters.evictions.inc();
    await model.unload();
    this.#held.delete(model);
  }

  /** Bytes over the budget, with `model` loaded besides. */
  #excess(model?: ServedModel): number {
    const all = model ? new Set(this.#held).add(model) : this.#held;
    return [...all].reduce((sum, { bytes }) => sum + bytes, 0) - this.budget;
  }

  #leastRecent(among: (model: ServedModel) => boolean): ServedModel | undefined {
    const loaded = [...this.#held].filter((model) => model.isLoaded && among(model));
    return loaded.reduce<ServedModel | undefined>(
      (a, b) => (a && a.lastUsed <= b.lastUsed ? a : b),
      undefined,
    );
  }

  /** Resolves when there may be a victim. */
  #change(): Promise<void> {
    return new Promise<void>((resolve) => (this.#changed = resolve));
  }

  /** For whom room is made has waited for so long that one is asked to make way. */
  #retireOne(): void {
    const roomIsBeingMade = [...this.#held].some(({ state }) => state === "unloaded");
    if (roomIsBeingMade) return;
    const busy = this.#leastRecent(({ retiring }) => !retiring);
    if (busy) busy.retiring = true;
    this.changed();
  }
}
