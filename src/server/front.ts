import type { FastifyInstance } from "fastify";
import type { EngineSettings, ModelInfo } from "../engine/messages.js";
import { DIALECT_NAMES } from "../metrics/dialect.js";
import { viewsOf } from "../metrics/dialects.js";
import type { Access } from "./access/access.js";
import { setAccess } from "./access/key-hooks.js";
import { useRateLimits } from "./access/limit-hooks.js";
import { AccessLog } from "./access-log.js";
import type { AdmissionLimits } from "./admission.js";
import { dialectFacts } from "./dialect-facts.js";
import { dropNulls } from "./null-fields.js";
import { EngineLink, type EngineLinkEvents } from "./engine-link.js";
import { ApiError } from "./errors.js";
import { Generation } from "./generation.js";
import { guardrailOptions } from "./guardrails/guardrail-settings.js";
import { Guardrails } from "./guardrails/guardrails.js";
import { HttpListener } from "./http-listener.js";
import { logLine } from "./log.js";
import { dialectsOfSetting } from "./metrics-dialects.js";
import { keptViews, metricsRoutes } from "./metrics-routes.js";
import { parseAdapters } from "./lora-setting.js";
import { Meters, type ServerTelemetry } from "./meters.js";
import { ModelCalls } from "./model-calls.js";
import { MIB, type ModelSource } from "./model-file.js";
import { tokenCounter } from "./messages/count-tokens.js";
import { ModelRegistry } from "./models/model-registry.js";
import { ServedModel } from "./models/served-model.js";
import { openApiRoutes } from "./openapi/openapi-routes.js";
import { ResponseStore } from "./responses/response-store.js";
import { useRequestRecords } from "./request-record.js";
import { chatRoutes } from "./routes/chat.js";
import { completionRoutes } from "./routes/completions.js";
import { healthRoutes, type Unreadiness } from "./routes/health.js";
import { embeddingRoutes } from "./routes/embeddings.js";
import { countTokensRoute, messageRoutes } from "./routes/messages.js";
import { modelRoutes } from "./routes/models.js";
import { rerankRoutes } from "./routes/rerank.js";
import { responseRoutes, storedResponseRoutes } from "./routes/responses.js";
import { tokenizationRoutes } from "./routes/tokenization.js";
import { ServerWatch } from "./server-watch.js";
import { useSessions } from "./sessions.js";
import { useTextRecords } from "./text-record.js";
import type { Settings } from "./settings.js";
import type { MakeTracing, Tracing } from "./tracing/tracing.js";

/** Prompts that wait are held as text; this bounds them for any number of waiting requests. */
const WAITING_BYTES = 64 * 1024 * 1024;

/** Conversations of /v1/responses, of any number. */
const STORED_CHARACTERS = 64 * 1024 * 1024;

export interface FrontOptions {
  settings: Settings;
  access: Access;
  /** At least one; requests that name none get the first. */
  models: readonly ModelSource[];
  /** Has a path, for the engine host to attach to. Stays the caller's to close. */
  telemetry: ServerTelemetry;
  /** The engine host's program. */
  hostModule: string;
  onProgress?: EngineLinkEvents["onProgress"];
  /** Null: no traces. */
  makeTracing?: MakeTracing | null;
}

/** Listeners, queues and the engine hosts of all models, put together. */
export class Front {
  readonly #options: FrontOptions;
  readonly #settings: Settings;
  readonly #meters: Meters;
  readonly #models: ModelRegistry;
  readonly #generation: Generation;
  readonly #calls: ModelCalls;
  readonly #accessLog: AccessLog | null;
  readonly #tracing: Tracing | null;
  readonly #listeners: { listener: HttpListener; port: number }[];
  readonly #responses: ResponseStore;
  readonly #watch: ServerWatch;
  #draining = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#meters = new Meters(options.telemetry.metrics);
    this.#accessLog = this.#settings.accessLog === "off" ? null : new AccessLog(this.#settings, this.#meters);
    this.#tracing = options.makeTracing?.(this.#meters) ?? null;
    this.#models = new ModelRegistry(
      options.models.map((_, index) => this.#servedModel(index)),
      {
        budget: this.#settings.modelsMemory * MIB || Infinity,
        waitSeconds: this.#settings.queueTimeout,
        waiting: this.#settings.maxQueue,
        waitingBytes: WAITING_BYTES,
      },
    );
    this.#generation = new Generation(
      this.#models,
      new Guardrails(guardrailOptions(this.#settings), options.telemetry.metrics),
    );
    this.#calls = new ModelCalls(this.#models);
    this.#responses = new ResponseStore({
      responses: this.#settings.storedResponses,
      characters: STORED_CHARACTERS,
      seconds: this.#settings.storedResponseSeconds,
    });
    const { telemetry, access } = options;
    this.#watch = new ServerWatch(telemetry, this.#settings, access.keys, this.#models.models);
    this.#listeners = this.#makeListeners(options);
  }

  /** Where clients reach it, once `listen` has resolved. */
  get url(): string {
    return this.#listeners[0]!.listener.url;
  }

  get metricsUrl(): string {
    return `${this.#listeners.at(-1)!.listener.url}/metrics`;
  }

  /** Answers from now on, if only that the model is loading. Rejects when a port is taken. */
  async listen(): Promise<void> {
    for (const { listener, port } of this.#listeners) await listener.listen(this.#settings.host, port);
  }

  /** @throws EngineStartError */
  async load(): Promise<ModelInfo> {
    const first = await this.#models.loadFirst();
    if (this.#settings.preload === "all") void this.#models.loadOthers();
    return first;
  }

  /** Refuses newcomers, lets the others finish within the drain limit, then ends the engine and the listeners. */
  async drain(): Promise<void> {
    this.#draining = true;
    const limit = setTimeout(() => this.#abandon(), this.#settings.drainSeconds * 1000);
    await this.#models.drain();
    clearTimeout(limit);
    await this.#models.stop();
    this.#watch.close();
    await Promise.all(this.#listeners.map(({ listener }) => listener.close()));
    await Promise.all([this.#accessLog?.close(), this.#tracing?.close()]);
  }

  /** For the last moments of this process: leaves no host behind. */
  kill(): void {
    this.#models.kill();
  }

  #abandon(): void {
    const error = new ApiError("drain_timeout");
    for (const work of [this.#models, this.#generation, this.#calls]) work.abandon(error);
  }

  #servedModel(index: number): ServedModel {
    const { settings, models, telemetry, hostModule } = this.#options;
    const source = models[index]!;
    const { id, bytes } = source;
    const isFirst = index === 0;
    const names = models.map((model) => model.id);
    const meters = this.#meters.ofModel(id);
    // They go with a model of their own dimensions and vocabulary.
    const adapters = isFirst ? parseAdapters(settings.lora, names) : [];
    const companions = { adapters, draftModel: isFirst ? settings.draftModel : "" };
    const host = engineSettings(settings, source, companions, telemetry.path!);
    return new ServedModel({
      ...{ id, adapters, bytes },
      limits: admissionLimits(settings),
      meters,
      connect: (events, file) =>
        new EngineLink({
          hostModule,
          settings: file === null ? host : { ...host, model: file, download: false },
          events: this.#linkEvents(id, events),
          meters: meters.link,
        }),
    });
  }

  /** Only the first model's progress is shown: the others are loaded while this one serves. */
  #linkEvents(
    id: string,
    { onReady, onDown }: Pick<EngineLinkEvents, "onReady" | "onDown">,
  ): EngineLinkEvents {
    const { models, onProgress = () => undefined } = this.#options;
    const host = models.length === 1 ? "the engine host" : `the engine host of '${id}'`;
    return {
      onReady: (model) => {
        for (const notice of model.notices) logLine(notice);
        this.#watch.loaded(model);
        onReady(model);
      },
      onProgress: id === models[0]!.id ? onProgress : () => undefined,
      onDown: (how, seconds) => {
        onDown(how, seconds);
        logLine(`${host} ${how}; it is started again in ${seconds} s`);
      },
      onRestart: () => this.#meters.engineRestarts.inc(),
    };
  }

  #makeListeners({ telemetry, access }: FrontOptions) {
    const { port, metricsPort, publicMetrics, metricsDialects } = this.#settings;
    const dialects = dialectsOfSetting(metricsDialects);
    const facts = dialectFacts(this.#settings);
    const shown = { telemetry, dialects, viewsOf: keptViews(facts), models: this.#models.models };
    // Whatever will be asked for, its windows begin now.
    telemetry.follow(viewsOf(DIALECT_NAMES, facts));
    const observation = (app: FastifyInstance, isPublic: boolean) => {
      healthRoutes(app, () => this.#unreadiness(), this.#meters.http);
      void app.register((scope, _, done) => {
        // They count the requests of all tenants together.
        setAccess(scope, isPublic ? "public" : "admin");
        metricsRoutes(scope, shown);
        done();
      });
    };
    const main = (app: FastifyInstance) => {
      openApiRoutes(app);
      observation(app, publicMetrics === "on");
      modelRoutes(app, this.#models);
      storedResponseRoutes(app, this.#responses);
      void app.register((scope, _, done) => {
        this.#textRoutes(scope);
        done();
      });
      void app.register((scope, _, done) => {
        this.#countedRoutes(scope);
        done();
      });
    };
    const listener = (addRoutes: (app: FastifyInstance) => void) =>
      new HttpListener(this.#meters, addRoutes, access, undefined, this.#accessLog);
    const listeners = [{ listener: listener(main), port }];
    if (metricsPort !== 0)
      listeners.push({ listener: listener((app) => observation(app, true)), port: metricsPort });
    return listeners;
  }

  /** What costs a model next to nothing is no request to it that metrics count, unless turned away. Its key's limits do. */
  #textRoutes(app: FastifyInstance): void {
    useTextRecords(app, this.#models.first.meters);
    useRateLimits(app);
    dropNullsOf(app);
    tokenizationRoutes(app, this.#calls);
    // In a scope of its own: its errors are worded otherwise.
    void app.register((scope, _, done) => {
      countTokensRoute(scope, tokenCounter(this.#calls));
      done();
    });
  }

  #countedRoutes(app: FastifyInstance): void {
    useRequestRecords(app, this.#meters, this.#models.first.meters, this.#tracing);
    useRateLimits(app);
    dropNullsOf(app);
    useSessions(app, this.#watch.sessions);
    completionRoutes(app, this.#generation);
    chatRoutes(app, this.#generation);
    embeddingRoutes(app, this.#calls);
    rerankRoutes(app, this.#calls);
    // In scopes of their own: their errors are worded otherwise.
    void app.register((scope, _, done) => {
      responseRoutes(scope, this.#generation, this.#responses);
      done();
    });
    void app.register((scope, _, done) => {
      messageRoutes(scope, this.#generation);
      done();
    });
  }

  #unreadiness(): Unreadiness {
    if (this.#draining) return "draining";
    const { info, isLoaded, state } = this.#models.first;
    if (!info) return "loading";
    return isLoaded && state !== "loaded" ? "restarting" : null;
  }
}

function dropNullsOf(app: FastifyInstance): void {
  app.addHook("preValidation", (request, _, done) => {
    dropNulls(request.routeOptions.schema?.body ?? {}, request.body);
    done();
  });
}

function admissionLimits(settings: Settings): AdmissionLimits {
  return {
    waiting: settings.maxQueue,
    waitingBytes: WAITING_BYTES,
    waitingTokens: settings.maxQueueTokens,
    waitSeconds: settings.queueTimeout,
    prioritySeconds: settings.prioritySeconds,
  };
}

function engineSettings(
  settings: Settings,
  source: ModelSource,
  companions: Pick<EngineSettings, "adapters" | "draftModel">,
  telemetryPath: string,
): EngineSettings {
  const { parallel, metricsFile, speculation } = settings;
  const { modelsDirectory, contextSize, threads, gpu, gpuLayers } = settings;
  const { flashAttention, cacheTypeK, cacheTypeV, draftTokens, replicas, backendSampling } = settings;
  const { maxContext, telemetry, prioritySeconds, prefillMultiple } = settings;
  const { id: modelId, model, download } = source;
  return {
    ...{ model, download },
    ...{ modelId, slots: parallel, modelsDirectory, contextSize, threads, gpu, gpuLayers },
    ...{ flashAttention, cacheTypeK, cacheTypeV, draftTokens, replicas, backendSampling },
    ...{ maxContext, telemetry, prioritySeconds, prefillMultiple },
    ...companions,
    speculation: companions.draftModel === "" ? speculation : "draft",
    telemetryPath,
    keepsTelemetry: metricsFile !== "",
  };
}
