import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Piscina, queueOptionsSymbol } from "piscina";
import type {
  CallAnswer,
  EngineCall,
  EngineSettings,
  FromEngine,
  GenerateRequest,
  ModelInfo,
} from "./messages.js";
import { placements, together } from "./placement.js";
import { BLOCK_TOKENS, promptBlocks } from "./prompt-blocks.js";
import type { FromReplica, ReplicaEnd, ReplicaTask, ToReplica } from "./replica.js";
import { Router } from "./router.js";

/** Why the replicas cannot go on. `usage`: another flag or an installation mends it. */
export class ReplicaError extends Error {
  constructor(
    message: string,
    readonly usage: boolean,
  ) {
    super(message);
  }
}

/** Where a task may run: beside the task, because piscina hands the task itself only to the worker. */
type Route =
  | { for: "replica"; index: number }
  | { for: "request"; request: GenerateRequest }
  | { for: "cancellation"; replica: number }
  | { for: "call"; replica: number };

type Pool = Piscina<ReplicaTask, ReplicaEnd | CallAnswer>;
type LoadBalancer = NonNullable<NonNullable<ConstructorParameters<typeof Piscina>[0]>["loadBalancer"]>;

/**
 * One piscina worker a replica, taken up by a task that lasts as long as the replica. Requests are short tasks
 * beside it, which hand themselves over: so piscina's load balancer places them. What a request brings is no
 * task's result, because a task has only one; it comes with that of all others of a step over the replica's
 * port.
 */
export class ReplicaPool {
  readonly #pool: Pool;
  readonly #ports: MessagePort[] = [];
  /** Each replica's thread. */
  readonly #threads: number[] = [];
  readonly #models: ModelInfo[] = [];
  /** Each running request's replica. */
  readonly #placed = new Map<number, number>();
  #router: Router | null = null;
  #loaded = 0;
  #calls = 0;
  #fail!: (error: unknown) => void;

  /** @param file Where the GGUF file lies. */
  constructor(
    private readonly settings: EngineSettings,
    private readonly file: string,
    private readonly send: (message: FromEngine) => void,
  ) {
    // Without atomics, because otherwise piscina blocks the worker's event loop, and with it every step, until
    // the next task comes. Never piscina's `signal`: it terminates the thread and the model with it.
    this.#pool = new Piscina({
      filename: fileURLToPath(new URL("./replica.js", import.meta.url)),
      minThreads: settings.replicas,
      maxThreads: settings.replicas,
      atomics: "disabled",
      recordTiming: false,
      stricterFIFO: true,
      loadBalancer: ((task, workers) => {
        const index = this.#replicaFor(task[queueOptionsSymbol] as Route, workers);
        return workers.find(({ id }) => id === this.#threads[index]) ?? null;
      }) satisfies LoadBalancer,
    });
  }

  /** Resolves when all replicas were told to stop and have ended. @throws ReplicaError when one could not go on. */
  async run(): Promise<void> {
    const failed = new Promise<never>((_, reject) => (this.#fail = reject));
    const replicas = placements(this.settings).map(async ({ index, threads }) => {
      const { port1, port2 } = new MessageChannel();
      port1.on("message", (message: FromReplica) => this.#receive(index, message));
      this.#ports[index] = port1;
      const task: ReplicaTask = {
        kind: "replica",
        settings: { ...this.settings, threads },
        ...{ index, file: this.file, port: port2 },
      };
      const end = (await this.#run(task, { for: "replica", index }, [port2])) as ReplicaEnd;
      if (end) throw new ReplicaError(end.message, end.usage);
    });
    await Promise.race([Promise.all(replicas), failed]);
    await this.#pool.close();
  }

  /** Only once the replicas are ready. */
  submit(request: GenerateRequest): void {
    this.#handOver({ kind: "submit", request }, { for: "request", request });
  }

  /**
   * A task as well: it takes the same way as the request, and so cannot overtake it. Ids of requests that have
   * ended are ignored.
   */
  cancel(id: number): void {
    const replica = this.#placed.get(id);
    if (replica !== undefined) this.#handOver({ kind: "cancel", id }, { for: "cancellation", replica });
  }

  /** Only once the replicas are ready, which take turns. What a call brings is its task's result. */
  call(id: number, call: EngineCall): void {
    const replica = this.#calls++ % this.settings.replicas;
    this.#run({ kind: "call", call }, { for: "call", replica })
      .then((answer) => this.send({ type: "answer", id, answer: answer as CallAnswer }))
      .catch(this.#fail);
  }

  stop(): void {
    for (const port of this.#ports) port.postMessage({ type: "stop" } satisfies ToReplica);
  }

  #handOver(task: ReplicaTask, route: Route): void {
    this.#run(task, route).catch(this.#fail);
  }

  #run(task: ReplicaTask, route: Route, transferList: MessagePort[] = []): Promise<ReplicaEnd | CallAnswer> {
    return this.#pool.run(Object.assign(task, { [queueOptionsSymbol]: route }), { transferList });
  }

  /** The index of the task's replica; -1 while none can take it. */
  #replicaFor(route: Route, workers: readonly { id: number }[]): number {
    switch (route.for) {
      case "replica":
        return this.#settle(route.index, workers);
      case "request":
        return this.#place(route.request);
      case "cancellation":
      case "call":
        return route.replica;
    }
  }

  /** The first worker without a replica becomes this one's. */
  #settle(index: number, workers: readonly { id: number }[]): number {
    const idle = workers.find(({ id }) => !this.#threads.includes(id));
    if (!idle) return -1;
    this.#threads[index] = idle.id;
    return index;
  }

  #place(request: GenerateRequest): number {
    const blocks = this.settings.replicas === 1 ? [] : promptBlocks(request);
    const index = this.#router?.choose(blocks) ?? -1;
    if (index >= 0) this.#placed.set(request.id, index);
    return index;
  }

  #receive(index: number, message: FromReplica): void {
    if (message.type === "step") this.#step(message);
    else if (message.type === "ready") this.#ready(index, message.model);
    else this.#progress(message.fraction);
  }

  /** Slots come free here before the front hears of it: what it sends next always finds one. */
  #step(step: Extract<FromReplica, { type: "step" }>): void {
    for (const end of step.ends) {
      end.replica = this.#placed.get(end.id)!;
      this.#router!.ended(end.replica);
      this.#placed.delete(end.id);
    }
    this.send(step);
  }

  /** Of the replica that is furthest: those that share weights wait for the one that loads them. */
  #progress(fraction: number): void {
    if (fraction <= this.#loaded) return;
    this.#loaded = fraction;
    this.send({ type: "progress", phase: "load", fraction });
  }

  #ready(index: number, model: ModelInfo): void {
    this.#models[index] = model;
    if (Object.keys(this.#models).length < this.settings.replicas) return;
    this.#router = new Router(
      this.#models.map(({ slots, kvCells }) => ({ slots, blocks: Math.ceil(kvCells / BLOCK_TOKENS) })),
    );
    this.send({ type: "ready", model: together(this.#models) });
  }
}
