import type { ModelInfo } from "../../engine/messages.js";
import type { Tenant } from "../access/tenant.js";
import { ApiError } from "../errors.js";
import { logLine } from "../log.js";
import { AbandonedLoad, ModelMemory } from "./model-memory.js";
import type { ServedModel } from "./served-model.js";

/** The right to use a model: it stays loaded until all of these are given back. */
export interface Lease {
  readonly model: ServedModel;
  /** The LoRA adapter that the name asks for; "" for none. */
  readonly adapter: string;
  /** Seconds that the request has waited for it. */
  readonly waited: number;
  /** Idempotent. */
  release(): void;
}

/** A request for a model. */
export interface Asked {
  /** As the client named it; undefined for the first. */
  name: string | undefined;
  tenant: Tenant;
  /** What it is counted under while it waits. */
  route: string;
  /** That it holds while it waits. */
  bytes: number;
}

export interface RegistryLimits {
  /** Bytes that the loaded models may take together; Infinity for any number. */
  budget: number;
  /** Seconds that a request may wait for its model. */
  waitSeconds: number;
  /** Requests that may wait for models, and bytes that their texts may take together. */
  waiting: number;
  waitingBytes: number;
}

/** Part of the longest wait after which models in use make way for others. */
const PATIENCE = 1 / 4;

interface Name {
  model: ServedModel;
  adapter: string;
}

/** The models that this server has, by the names that clients use. */
export class ModelRegistry {
  readonly first: ServedModel;
  readonly #names = new Map<string, Name>();
  readonly #memory: ModelMemory;
  /** Ends the wait of each request whose model is not loaded yet. */
  readonly #waiting = new Set<(error: ApiError) => void>();
  #waitingBytes = 0;
  /** Failures that were told of. */
  readonly #told = new WeakSet<object>();
  #leases = 0;
  #closed = false;
  #idle: () => void = () => undefined;

  /** @param models At least one; requests that name none get the first. */
  constructor(
    readonly models: readonly ServedModel[],
    private readonly limits: RegistryLimits,
  ) {
    this.first = models[0]!;
    this.#memory = new ModelMemory(limits.budget, limits.waitSeconds * PATIENCE * 1000);
    for (const model of models) {
      this.#names.set(model.id, { model, adapter: "" });
      for (const { name } of model.adapters) this.#names.set(name, { model, adapter: name });
    }
  }

  /** Loads the model that requests get when they name none. @throws EngineStartError */
  loadFirst(): Promise<ModelInfo> {
    return this.#memory.load(this.first).catch((error: unknown) => {
      this.#told.add(error as Error);
      throw error;
    });
  }

  /** Loads the others too, one after the other, as long as they fit. */
  async loadOthers(): Promise<void> {
    for (const model of this.models.slice(1)) {
      if (this.#closed) return;
      if (this.#memory.fits(model))
        await this.#memory.load(model).catch((error: unknown) => this.#tell(model, error as Error));
      else logLine(`the model '${model.id}' is loaded when it is asked for: there is no room for it now`);
    }
  }

  /**
   * @param name As the client named it; undefined for the first.
   * @throws ApiError for one that no model has, or that the tenant may not ask.
   */
  find(name: string | undefined, tenant: Tenant): Name {
    if (name === undefined) {
      if (tenant.allows(this.first.id)) return { model: this.first, adapter: "" };
      throw new ApiError("missing_parameter", { what: "'model'" }, "model");
    }
    const found = this.#names.get(name);
    if (found && tenant.allows(name)) return found;
    const details = { model: name, known: this.#knownTo(tenant) };
    throw new ApiError("model_not_found", details, "model", {}, found && "model");
  }

  /** In the words of an error. */
  #knownTo(tenant: Tenant): string {
    const names = [...this.#names.keys()].filter((name) => tenant.allows(name));
    if (names.length === 0) return "this API key may use none of this server's models";
    return `this server serves '${names.join("', '")}'`;
  }

  /**
   * The right to use the model that `find` gives, which is loaded first if need be.
   * @param gone Aborted when nobody waits any more, with an ApiError if that is what the wait ends with.
   * @throws ApiError
   */
  async lease(asked: Asked, gone?: AbortSignal): Promise<Lease> {
    const { model, adapter } = this.find(asked.name, asked.tenant);
    if (this.#closed) throw new ApiError("draining");
    this.#leases++;
    try {
      const isThere = this.#memory.serves(model);
      model.meters.uses[isThere ? "hit" : "miss"].inc();
      if (isThere) return this.#grant(model, adapter, 0);
      return await this.#whenLoaded(model, adapter, asked, gone);
    } catch (error) {
      this.#released();
      throw error;
    }
  }

  /** Takes no new request, and resolves when the last lease was given back. */
  async drain(): Promise<void> {
    this.#closed = true;
    for (const model of this.models) model.close();
    if (this.#leases > 0) await new Promise<void>((resolve) => (this.#idle = resolve));
  }

  /** Ends the wait of all whose model is not loaded yet. */
  abandon(error: ApiError): void {
    for (const end of [...this.#waiting]) end(error);
  }

  /** Ends all hosts. */
  async stop(): Promise<void> {
    await Promise.all(this.models.map((model) => model.unload()));
  }

  /** For the last moments of this process: leaves no host behind. */
  kill(): void {
    for (const model of this.models) model.kill();
  }

  #grant(model: ServedModel, adapter: string, waited: number): Lease {
    model.users++;
    let held = true;
    const release = () => {
      if (!held) return;
      held = false;
      model.users--;
      model.lastUsed = performance.now();
      this.#memory.changed();
      this.#released();
    };
    return { model, adapter, waited, release };
  }

  #released(): void {
    if (--this.#leases === 0) this.#idle();
  }

  async #whenLoaded(
    model: ServedModel,
    adapter: string,
    { bytes, route }: Asked,
    gone?: AbortSignal,
  ): Promise<Lease> {
    const { retrySeconds } = model;
    if (retrySeconds > 0) throw modelFailed(model, retrySeconds);
    const { waiting, waitingBytes } = this.limits;
    if (this.#waiting.size >= waiting || this.#waitingBytes + bytes > waitingBytes)
      throw new ApiError("queue_full", { waiting: this.#waiting.size });
    const since = performance.now();
    model.countAwaited(route, 1);
    this.#waitingBytes += bytes;
    try {
      await this.#within(this.#load(model), gone);
      return this.#grant(model, adapter, (performance.now() - since) / 1000);
    } finally {
      model.countAwaited(route, -1);
      this.#waitingBytes -= bytes;
      this.#memory.changed();
    }
  }

  async #load(model: ServedModel): Promise<void> {
    try {
      await this.#memory.load(model);
    } catch (error) {
      if (error instanceof AbandonedLoad) throw new ApiError("model_loading");
      this.#tell(model, error as Error);
      throw modelFailed(model, model.retrySeconds);
    }
  }

  /** Once, however many waited; a load that ends with this server is no failure. */
  #tell({ id }: ServedModel, error: Error): void {
    if (!this.#told.has(error) && !this.#closed)
      logLine(`the model '${id}' could not be loaded: ${error.message}`);
    this.#told.add(error);
  }

  async #within(load: Promise<void>, gone?: AbortSignal): Promise<void> {
    let end!: (error: ApiError) => void;
    const ended = new Promise<never>((_, reject) => (end = reject));
    const late = new ApiError("model_loading");
    const leave = () => end(gone?.reason instanceof ApiError ? gone.reason : late);
    const timer = setTimeout(() => end(late), this.limits.waitSeconds * 1000);
    this.#waiting.add(end);
    gone?.addEventListener("abort", leave);
    if (gone?.aborted) leave();
    try {
      await Promise.race([load, ended]);
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(end);
      gone?.removeEventListener("abort", leave);
    }
  }
}

function modelFailed({ id }: ServedModel, seconds: number): ApiError {
  return new ApiError("model_failed", { model: id, seconds }, null, { "retry-after": String(seconds) });
}
