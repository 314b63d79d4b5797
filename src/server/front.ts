import type { FastifyInstance } from "fastify";
import type { Adapter, EngineSettings, ModelInfo } from "../engine/messages.js";
import { telemetryPlugin } from "../telemetry/doors/fastify.js";
import type { Access } from "./access/access.js";
import { makePublic } from "./access/key-hooks.js";
import { useRateLimits } from "./access/limit-hooks.js";
import { AccessLog } from "./access-log.js";
import { Admission } from "./admission.js";
import { dropNulls } from "./null-fields.js";
import { EngineLink, type EngineLinkEvents } from "./engine-link.js";
import { Generation } from "./generation.js";
import { HttpListener } from "./http-listener.js";
import { logLine } from "./log.js";
import { parseAdapters } from "./lora-setting.js";
import { Meters, type ServerTelemetry } from "./meters.js";
import type { ModelSource } from "./model-file.js";
import { openApiRoutes } from "./openapi/openapi-routes.js";
import { useRequestRecords } from "./request-record.js";
import { chatRoutes } from "./routes/chat.js";
import { completionRoutes } from "./routes/completions.js";
import { healthRoutes, type Unreadiness } from "./routes/health.js";
import { modelRoutes } from "./routes/models.js";
import { ServedModels } from "./served-models.js";
import type { Settings } from "./settings.js";
import type { MakeTracing, Tracing } from "./tracing/tracing.js";

/** Prompts that wait are held as text; this bounds them for any number of waiting requests. */
const WAITING_BYTES = 64 * 1024 * 1024;

export interface FrontOptions {
  settings: Settings;
  access: Access;
  source: ModelSource;
  /** Has a path, for the engine host to attach to. Stays the caller's to close. */
  telemetry: ServerTelemetry;
  /** The engine host's program. */
  hostModule: string;
  onProgress?: EngineLinkEvents["onProgress"];
  /** Null: no traces. */
  makeTracing?: MakeTracing | null;
}

/** Listener, queue and engine of one model, put together. */
export class Front {
  readonly #settings: Settings;
  readonly #link: EngineLink;
  readonly #models: ServedModels;
  readonly #generation: Generation;
  readonly #accessLog: AccessLog | null;
  readonly #tracing: Tracing | null;
  readonly #listeners: { listener: HttpListener; port: number }[];
  #draining = false;

  constructor({ settings, access, source, telemetry, hostModule, onProgress, makeTracing }: FrontOptions) {
    this.#settings = settings;
    const adapters = parseAdapters(settings.lora, settings.alias);
    this.#models = new ServedModels(settings.alias, adapters);
    const meters = new Meters(telemetry.metrics, settings.alias);
    this.#accessLog = settings.accessLog === "off" ? null : new AccessLog(settings, meters);
    this.#tracing = makeTracing?.(meters) ?? null;
    const admission = admissionOf(settings, meters);
    this.#link = new EngineLink({
      hostModule,
      settings: engineSettings(settings, source, adapters, telemetry.path!),
      events: linkEvents(admission, meters, onProgress),
    });
    this.#generation = new Generation(this.#link, admission, this.#models);
    this.#listeners = this.#makeListeners(meters, telemetry, access);
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
  load(): Promise<ModelInfo> {
    return this.#link.start();
  }

  /** Refuses newcomers, lets the others finish within the drain limit, then ends the engine and the listeners. */
  async drain(): Promise<void> {
    this.#draining = true;
    await this.#generation.drain(this.#settings.drainSeconds);
    await this.#link.stop();
    await Promise.all(this.#listeners.map(({ listener }) => listener.close()));
    await Promise.all([this.#accessLog?.close(), this.#tracing?.close()]);
  }

  /** For the last moments of this process: leaves no host behind. */
  kill(): void {
    this.#link.kill();
  }

  #makeListeners(meters: Meters, telemetry: ServerTelemetry, access: Access) {
    const { port, metricsPort, publicMetrics } = this.#settings;
    const observation = (app: FastifyInstance, isPublic: boolean) => {
      healthRoutes(app, () => this.#unreadiness());
      void app.register((scope, _, done) => {
        if (isPublic) makePublic(scope);
        void scope.register(telemetryPlugin, { telemetry });
        done();
      });
    };
    const main = (app: FastifyInstance) => {
      openApiRoutes(app);
      observation(app, publicMetrics === "on");
      modelRoutes(app, this.#models);
      void app.register((scope, _, done) => {
        this.#generationRoutes(scope, meters);
        done();
      });
    };
    const listener = (addRoutes: (app: FastifyInstance) => void) =>
      new HttpListener(meters, addRoutes, access, undefined, this.#accessLog);
    const listeners = [{ listener: listener(main), port }];
    if (metricsPort !== 0)
      listeners.push({ listener: listener((app) => observation(app, true)), port: metricsPort });
    return listeners;
  }

  #generationRoutes(app: FastifyInstance, meters: Meters): void {
    useRequestRecords(app, meters, this.#tracing);
    useRateLimits(app);
    app.addHook("preValidation", (request, _, done) => {
      dropNulls(request.routeOptions.schema?.body ?? {}, request.body);
      done();
    });
    completionRoutes(app, this.#generation);
    chatRoutes(app, this.#generation);
  }

  #unreadiness(): Unreadiness {
    if (this.#draining) return "draining";
    const { state, model } = this.#link;
    if (state === "ready") return null;
    return model ? "restarting" : "loading";
  }
}

function admissionOf(settings: Settings, meters: Meters): Admission {
  const limits = {
    waiting: settings.maxQueue,
    waitingBytes: WAITING_BYTES,
    waitSeconds: settings.queueTimeout,
    prioritySeconds: settings.prioritySeconds,
  };
  return new Admission(limits, ({ waiting, running }) => {
    meters.waiting.set(waiting);
    meters.running.set(running);
  });
}

function engineSettings(
  settings: Settings,
  source: ModelSource,
  adapters: Adapter[],
  telemetryPath: string,
): EngineSettings {
  const { alias, parallel, metricsFile, draftModel, speculation } = settings;
  const { modelsDirectory, contextSize, threads, gpu, gpuLayers } = settings;
  const { flashAttention, cacheTypeK, cacheTypeV, draftTokens, replicas, backendSampling } = settings;
  const { maxContext, telemetry, prioritySeconds, prefillMultiple } = settings;
  return {
    ...source,
    ...{ modelId: alias, slots: parallel, modelsDirectory, contextSize, threads, gpu, gpuLayers },
    ...{ flashAttention, cacheTypeK, cacheTypeV, draftTokens, draftModel, replicas, backendSampling },
    ...{ maxContext, telemetry, prioritySeconds, prefillMultiple },
    speculation: draftModel === "" ? speculation : "draft",
    adapters,
    telemetryPath,
    keepsTelemetry: metricsFile !== "",
  };
}

function linkEvents(
  admission: Admission,
  meters: Meters,
  onProgress: EngineLinkEvents["onProgress"] = () => {},
): EngineLinkEvents {
  return {
    onProgress,
    onReady: ({ slots }) => admission.resume(slots),
    onDown: (how, seconds) => {
      admission.pause();
      logLine(`the engine host ${how}; it is started again in ${seconds} s`);
    },
    onRestart: () => meters.engineRestarts.inc(),
  };
}
