import type { MessagePort } from "node:worker_threads";
import { catalog } from "../metrics/catalog.js";
import { observeRuntime, openTelemetry, type SpecOf, type Writer } from "../telemetry/index.js";
import { chooseLibraries, LibraryError } from "./libraries.js";
import type { EngineSettings, FromEngine, ModelInfo, ToEngine } from "./messages.js";
import {
  loadNativeEngine,
  type EngineMeters,
  type NativeEngine,
  type NativeReplica,
} from "./native-engine.js";

export interface ReplicaTask {
  settings: EngineSettings;
  /** Where the GGUF file lies. */
  file: string;
  /** Speaks ToEngine and FromEngine with the host's main thread. */
  port: MessagePort;
}

/** Why the replica ended unasked; `usage`: another flag or an installation mends it. Null: it was told to stop. */
export type ReplicaEnd = { message: string; usage: boolean } | null;

/** The piscina task: one replica for as long as it lives. */
export default async function runReplica(task: ReplicaTask): Promise<ReplicaEnd> {
  try {
    await serve(task);
    return null;
  } catch (error) {
    // Told in plain data: the class of an error does not survive the way to another thread.
    const message = error instanceof Error ? error.message : String(error);
    return { message, usage: error instanceof LibraryError };
  }
}

async function serve({ settings, file, port }: ReplicaTask): Promise<void> {
  const send = (message: FromEngine): void => port.postMessage(message);
  const engine = await openEngine(settings);
  const replica = await loadReplica(engine, settings, file, (fraction) =>
    send({ type: "progress", phase: "load", fraction }),
  );
  const model: ModelInfo = { id: settings.modelId, file, threads: settings.threads, ...replica.info };

  const telemetry = openTelemetry(catalog, { path: settings.telemetryPath, attach: true });
  const runtime = observeRuntime(telemetry, { process: "engine-host", thread: "replica" });
  const writer = telemetry.openWriter();
  recordModel(telemetry, model);
  replica.start(writer.cells, engineMeters(writer, model.id), (step) => send({ type: "step", ...step }));
  send({ type: "ready", model });

  await untilStopped(port, replica);
  await replica.close();
  writer.close();
  runtime.close();
  telemetry.close();
}

async function openEngine(settings: EngineSettings): Promise<NativeEngine> {
  const libraries = await chooseLibraries(settings.gpu);
  const engine = loadNativeEngine(libraries);
  const devices = engine.loadBackends(libraries.directory);
  if (settings.gpu !== "auto" && settings.gpu !== "off" && devices[0]?.backend === "cpu") {
    throw new LibraryError(`--gpu ${settings.gpu}: no such device was found; use --gpu auto or off`);
  }
  return engine;
}

async function loadReplica(
  engine: NativeEngine,
  settings: EngineSettings,
  file: string,
  onProgress: (fraction: number) => void,
): Promise<NativeReplica> {
  const { contextSize: cells, ...rest } = settings;
  try {
    return await engine.loadReplica({ ...rest, path: file, cells }, onProgress);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot serve ${file}: ${reason}`, { cause: error });
  }
}

function recordModel({ metrics }: Writer<SpecOf<typeof catalog>>, model: ModelInfo): void {
  const labels = { model: model.id };
  metrics.modelLoadDuration.labels(labels).set(model.loadSeconds);
  metrics.modelSize.labels(labels).set(model.sizeBytes);
  metrics.kvCells.labels(labels).set(model.kvCells);
}

function engineMeters({ metrics }: Writer<SpecOf<typeof catalog>>, model: string): EngineMeters {
  const labels = { model };
  return {
    queueDuration: metrics.queueDuration.labels(labels),
    timeToFirstToken: metrics.timeToFirstToken.labels(labels),
    interTokenLatency: metrics.interTokenLatency.labels(labels),
    stepDuration: metrics.stepDuration.labels(labels),
    stepTokens: metrics.stepTokens.labels(labels),
    stepSequences: metrics.stepSequences.labels(labels),
    promptTokens: metrics.promptTokens.labels(labels),
    cachedPromptTokens: metrics.cachedPromptTokens.labels(labels),
    generationTokens: metrics.generationTokens.labels(labels),
    preemptions: metrics.preemptions.labels(labels),
    recomputedTokens: metrics.recomputedTokens.labels(labels),
    evictedPrefixTokens: metrics.evictedPrefixTokens.labels(labels),
    draftTokens: metrics.draftTokens.labels(labels),
    acceptedDraftTokens: metrics.acceptedDraftTokens.labels(labels),
    kvCellsUsed: metrics.kvCellsUsed.labels(labels),
    prefixCells: metrics.prefixCells.labels(labels),
  };
}

function untilStopped(port: MessagePort, replica: NativeReplica): Promise<void> {
  return new Promise((resolve) => {
    port.on("message", (message: ToEngine) => {
      if (message.type === "submit") replica.submit(message.request);
      else if (message.type === "cancel") replica.cancel(message.id);
      else if (message.type === "stop") resolve();
    });
  });
}
