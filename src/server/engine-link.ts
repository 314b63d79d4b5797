import { fork, type ChildProcess } from "node:child_process";
import type {
  CallAnswer,
  CallError,
  CallResults,
  EngineCall,
  EngineSettings,
  FromEngine,
  GenerateRequest,
  ModelInfo,
  RequestEnd,
  Step,
  ToEngine,
} from "../engine/messages.js";
import type { AnswerPiece } from "./answer-piece.js";
import { hostEnvironment } from "./host-environment.js";
import type { LinkMeters } from "./meters/link-meters.js";

/** What a request hears of the engine. After `onEnd` or `onLost` it hears nothing more. */
export interface EngineClient {
  onPiece(piece: AnswerPiece): void;
  onEnd(end: RequestEnd): void;
  /**
   * Everything a message brought for this request has been told: the moment to write.
   * @param at When it came: one reading of the clock for all that it was for.
   */
  onFlush(at: number): void;
  /** The host died with the request in it. */
  onLost(): void;
}

/** What a call was refused with; "engine_lost": the host was not ready, or died before it answered. */
export class EngineCallError extends Error {
  readonly code: CallError["code"] | "engine_lost";
  /** Index of the input, document or token that is at fault. */
  readonly input: number | null;

  constructor({ code, message, input }: CallError | (Omit<CallError, "code"> & { code: "engine_lost" })) {
    super(message);
    this.code = code;
    this.input = input;
  }
}

interface PendingCall {
  kind: EngineCall["kind"];
  since: number;
  resolve: (result: CallResults[keyof CallResults]) => void;
  reject: (error: EngineCallError) => void;
}

export interface EngineLinkEvents {
  onProgress(phase: "download" | "load", fraction: number): void;
  /** The model is loaded: at the start, and again after each restart. */
  onReady(model: ModelInfo): void;
  /** The host ended unasked; it is started again in `seconds`. */
  onDown(how: string, seconds: number): void;
  onRestart(): void;
}

export type EngineState = "loading" | "ready" | "restarting" | "stopped";

/** The model could not be served at all. `usage`: the user can mend it. */
export class EngineStartError extends Error {
  constructor(
    message: string,
    readonly usage: boolean,
  ) {
    super(message);
  }
}

export interface EngineLinkOptions {
  hostModule: string;
  settings: EngineSettings;
  events: EngineLinkEvents;
  meters: LinkMeters;
  firstDelaySeconds?: number;
  /** A host that served this long did not die of what killed the one before. */
  healthySeconds?: number;
  /** How long a host gets to end by itself once told to. */
  stopSeconds?: number;
}

const FIRST_DELAY_SECONDS = 0.1;
const LONGEST_DELAY_SECONDS = 10;
const HEALTHY_SECONDS = 30;
const STOP_SECONDS = 5;

/** Starts, watches and restarts the engine host, and carries requests to it and steps back. */
export class EngineLink {
  state: EngineState = "loading";
  model: ModelInfo | null = null;
  #host: ChildProcess | null = null;
  #failure: EngineStartError | null = null;
  #delaySeconds: number;
  /** Milliseconds on `performance`'s clock; infinite while no host is ready. */
  #readyAt = Infinity;
  /** On the same clock. */
  #startedAt = 0;
  /** Whether the host has fetched the model's file. */
  #downloaded = false;
  #restartTimer: NodeJS.Timeout | undefined;
  #first: { resolve: (model: ModelInfo) => void; reject: (error: EngineStartError) => void } | null = null;
  #stopping: Promise<void> | null = null;
  #stopped: (() => void) | null = null;
  readonly #clients = new Map<number, EngineClient>();
  readonly #calls = new Map<number, PendingCall>();
  #lastCall = 0;

  constructor(private readonly options: EngineLinkOptions) {
    this.#delaySeconds = this.#firstDelay;
  }

  /** @throws EngineStartError when the host refuses the model, or ends before it was ever ready. */
  start(): Promise<ModelInfo> {
    return new Promise((resolve, reject) => {
      this.#first = { resolve, reject };
      this.#spawn();
    });
  }

  /** Only while `state` is "ready". */
  submit(request: GenerateRequest, client: EngineClient): void {
    this.#clients.set(request.id, client);
    this.#send({ type: "submit", request });
  }

  /** @throws EngineCallError */
  call<C extends EngineCall>(call: C): Promise<CallResults[C["kind"]]> {
    return new Promise((resolve, reject) => {
      if (this.state !== "ready") {
        reject(lost());
        return;
      }
      const id = ++this.#lastCall;
      const since = performance.now();
      this.#calls.set(id, { kind: call.kind, since, resolve: resolve as PendingCall["resolve"], reject });
      this.#send({ type: "call", id, call });
    });
  }

  /** The request still ends with a word of the engine's, or is lost with it. */
  cancel(id: number): void {
    if (this.#clients.has(id)) this.#send({ type: "cancel", id });
  }

  /** Ends the host: by a message, after a limit by force; one that still loads would not hear the message. Idempotent. */
  stop(): Promise<void> {
    return (this.#stopping ??= this.#stop());
  }

  /** For the last moments of this process: leaves no host behind, waits for nothing. */
  kill(): void {
    this.state = "stopped";
    clearTimeout(this.#restartTimer);
    this.#host?.kill("SIGKILL");
  }

  async #stop(): Promise<void> {
    const isLoaded = this.state === "ready";
    this.state = "stopped";
    clearTimeout(this.#restartTimer);
    this.#meters.stopped();
    const host = this.#host;
    if (!host) return;
    const seconds = isLoaded ? (this.options.stopSeconds ?? STOP_SECONDS) : 0;
    const force = setTimeout(() => host.kill("SIGKILL"), seconds * 1000);
    await new Promise<void>((resolve) => {
      this.#stopped = resolve;
      this.#send({ type: "stop" });
    });
    clearTimeout(force);
  }

  get #meters(): LinkMeters {
    return this.options.meters;
  }

  get #firstDelay(): number {
    return this.options.firstDelaySeconds ?? FIRST_DELAY_SECONDS;
  }

  /** Some failures come as an event, others (ENOMEM among them) are thrown; both are a host that ended. */
  #spawn(): void {
    this.#startedAt = performance.now();
    this.#downloaded = false;
    this.#meters.starting();
    try {
      this.#host = forkHost(this.options.hostModule);
    } catch (error) {
      this.#ended(`could not be started (${(error as Error).message})`);
      return;
    }
    this.#host.on("message", (message) => this.#receive(message as FromEngine));
    this.#watch(this.#host);
    this.#send({ type: "start", settings: this.#settings });
  }

  /** A model that was found once is not looked for again: a restart needs no network and keeps the model it had. */
  get #settings(): EngineSettings {
    const { settings } = this.options;
    return this.model ? { ...settings, model: this.model.file, download: false } : settings;
  }

  /** A host has ended when its process has, and its channel too: its last words may come after its exit. */
  #watch(host: ChildProcess): void {
    let how: string | null = null;
    let disconnected = !host.connected;
    if (host.connected) this.#meters.connections.inc();
    const check = () => {
      if (how !== null && disconnected) this.#hostEnded(host, how);
    };
    host.on("error", (error) => {
      if (host.pid === undefined) this.#hostEnded(host, `could not be started (${error.message})`);
    });
    host.on("exit", (code, signal) => {
      how = endingOf(code, signal);
      check();
    });
    host.on("disconnect", () => {
      disconnected = true;
      this.#meters.connections.dec();
      if (how === null && this.state !== "stopped") host.kill("SIGKILL");
      check();
    });
  }

  /** A failed send needs no answer of its own: the end of the host, which causes it, is handled. */
  #send(message: ToEngine): void {
    if (!this.#host?.connected) return;
    this.#meters.sent[message.type].inc();
    this.#host.send(message, () => {});
  }

  #receive(message: FromEngine): void {
    const { received } = this.#meters;
    switch (message.type) {
      case "step":
        received.step.inc();
        this.#deliver(message);
        break;
      case "progress":
        received.progress.inc();
        this.#downloaded ||= message.phase === "download";
        this.options.events.onProgress(message.phase, message.fraction);
        break;
      case "ready":
        received.ready.inc();
        this.#ready(message.model);
        break;
      case "answer":
        received.answer.inc();
        this.#settle(message.id, message.answer);
        break;
      case "failed":
        received.failed.inc();
        this.#failure = new EngineStartError(message.message, message.usage);
    }
  }

  /** Each request is told to flush once, however many pieces the message brought it. */
  #deliver({ ids, texts, ends, ...others }: Step): void {
    const touched = new Set<EngineClient>();
    for (let i = 0; i < ids.length; i++) {
      const client = this.#clients.get(ids[i]!);
      if (!client) continue;
      client.onPiece({ text: texts[i]!, ...pieceOf(others, i) });
      touched.add(client);
    }
    for (const end of ends) {
      const client = this.#clients.get(end.id);
      if (!client) continue;
      this.#clients.delete(end.id);
      client.onEnd(end);
      touched.add(client);
    }
    const at = performance.now() / 1000;
    for (const client of touched) client.onFlush(at);
  }

  #settle(id: number, answer: CallAnswer): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (!call) return;
    this.#meters.calls[call.kind].observe((performance.now() - call.since) / 1000);
    if ("error" in answer) call.reject(new EngineCallError(answer.error));
    else call.resolve(answer.result);
  }

  #ready(model: ModelInfo): void {
    if (this.state === "stopped") return;
    this.state = "ready";
    this.model = model;
    this.#readyAt = performance.now();
    const seconds = (this.#readyAt - this.#startedAt) / 1000;
    this.#meters.ready(this.#downloaded ? "download" : "disk", seconds);
    this.options.events.onReady(model);
    this.#first?.resolve(model);
    this.#first = null;
  }

  #hostEnded(host: ChildProcess, how: string): void {
    if (this.#host !== host) return;
    this.#host = null;
    const healthy = (this.options.healthySeconds ?? HEALTHY_SECONDS) * 1000;
    if (performance.now() - this.#readyAt >= healthy) this.#delaySeconds = this.#firstDelay;
    this.#readyAt = Infinity;
    this.#ended(how);
  }

  #ended(how: string): void {
    this.#stopped?.();
    if (this.state !== "stopped") this.#meters.failed();
    if (this.#first) {
      this.state = "stopped";
      const message = `The engine host ${how} before the model was ready.`;
      this.#first.reject(this.#failure ?? new EngineStartError(message, false));
      this.#first = null;
    } else if (this.state !== "stopped") {
      this.#scheduleRestart(this.#failure?.message ?? how);
    }
    this.#loseClients();
  }

  #scheduleRestart(how: string): void {
    this.state = "restarting";
    this.#failure = null;
    const seconds = this.#delaySeconds;
    this.#delaySeconds = Math.min(seconds * 2, LONGEST_DELAY_SECONDS);
    this.#restartTimer = setTimeout(() => {
      this.options.events.onRestart();
      this.#spawn();
    }, seconds * 1000);
    this.options.events.onDown(how, seconds);
  }

  #loseClients(): void {
    const clients = [...this.#clients.values()];
    this.#clients.clear();
    for (const client of clients) client.onLost();
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { reject } of calls) reject(lost());
  }
}

function pieceOf({ parts, logprobs, promptLogprobs }: Partial<Step>, i: number): Omit<AnswerPiece, "text"> {
  return {
    parts: parts?.[i] ?? null,
    logprobs: logprobs?.[i] ?? null,
    promptLogprobs: promptLogprobs?.[i] ?? null,
  };
}

/** What llama.cpp gives up on, it has told on standard error, by SIGABRT: on a GPU most often memory. */
function endingOf(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal === null) return `exited with code ${code}`;
  const remedy = signal === "SIGABRT" ? " (lower --gpu-layers or --ctx-size, or see `tacho doctor`)" : "";
  return `was killed by ${signal}${remedy}`;
}

function lost(): EngineCallError {
  return new EngineCallError({ code: "engine_lost", message: "The engine is away.", input: null });
}

function forkHost(module: string): ChildProcess {
  return fork(module, [], {
    serialization: "advanced",
    execArgv: [],
    env: hostEnvironment(process.env),
    // Standard output belongs to this process; what a library prints in the host goes to standard error.
    stdio: ["ignore", 2, 2, "ipc"],
  });
}
