import type { MessagePort } from "node:worker_threads";
import { catalog } from "../metrics/catalog.js";
import { KV_BLOCK_TOKENS, kvBlocks } from "../metrics/kv-blocks.js";
import { observeRuntime, openTelemetry, type SpecOf, type Writer } from "../telemetry/index.js";
import { chooseLibraries, LibraryError } from "./libraries.js";
import type {
  CallAnswer,
  CallResults,
  EngineCall,
  EngineSettings,
  FromEngine,
  GenerateRequest,
  ModelInfo,
  ToEngine,
} from "./messages.js";
import { answerCall, isReplica, type NativeModel } from "./model-calls.js";
import { loadNativeEngine, type EngineMeters, type NativeEngine } from "./native-engine.js";
import { deviceOf } from "./placement.js";

/** What a worker is asked to do; the first is to be a replica. */
export type ReplicaTask =
  | {
      kind: "replica";
      /** `threads` are this replica's own. */
      settings: EngineSettings;
      /** Which of the replicas this is. */
      index: number;
      /** Where the GGUF file lies. */
      file: string;
      /** Speaks ToReplica and FromReplica with the host's main thread. */
      port: MessagePort;
    }
  | { kind: "submit"; request: GenerateRequest }
  | { kind: "cancel"; id: number }
  | { kind: "call"; call: EngineCall };

export type ToReplica = Extract<ToEngine, { type: "stop" }>;
export type FromReplica = Exclude<FromEngine, { type: "failed" | "answer" }>;

/** Why the replica ended unasked; `usage`: another flag or an installation mends it. Null: as it should. */
export type ReplicaEnd = { message: string; usage: boolean } | null;

/** Of embeddings and rankings: one is tokenised while the one before is computed. */
const EMBEDDING_CALLS = 2;

/** This thread's replica. */
let replica: NativeModel | null = null;
/** Counts what its embeddings and rankings read. */
let countPrompt: (tokens: readonly number[]) => void = () => undefined;

/** The piscina tasks: one that is a replica for as long as it lives, and those that hand something to it. */
export default async function runTask(task: ReplicaTask): Promise<ReplicaEnd | CallAnswer> {
  if (task.kind === "replica") return runReplica(task);
  if (task.kind === "call") return runCall(task.call);
  if (!replica || !isReplica(replica)) return null;
  if (task.kind === "submit") replica.submit(task.request);
  else replica.cancel(task.id);
  return null;
}

async function runCall(call: EngineCall): Promise<CallAnswer> {
  if (!replica) return { error: { code: "engine_failed", message: "The model was put away.", input: null } };
  const answer = await answerCall(replica, call);
  if ("result" in answer && (call.kind === "embed" || call.kind === "rank"))
    countPrompt((answer.result as CallResults["embed" | "rank"]).tokens);
  return answer;
}

type Task = Extract<ReplicaTask, { kind: "replica" }>;

async function runReplica(task: Task): Promise<ReplicaEnd> {
  try {
    await serve(task);
    return null;
  } catch (error) {
    // Told in plain data: the class of an error does not survive the way to another thread.
    const message = error instanceof Error ? error.message : String(error);
    return { message, usage: error instanceof LibraryError };
  }
}

async function serve({ settings, index, file, port }: Task): Promise<void> {
  const send = (message: FromReplica): void => port.postMessage(message);
  const { engine, devices } = await openEngine(settings);
  const device = deviceOf(index, settings, devices);
  const loaded = await loadModel(engine, settings, device, file, (fraction) =>
    send({ type: "progress", phase: "load", fraction }),
  );
  const model = modelInfo(loaded, settings, file);

  const telemetry = openTelemetry(catalog, { path: settings.telemetryPath, attach: true });
  const thread = settings.replicas === 1 ? "replica" : `replica-${index}`;
  const runtime = observeRuntime(telemetry, { process: "engine-host", thread });
  const writer = telemetry.openWriter();
  recordModel(telemetry, model, index);
  if (model.kind === "generation" && index === 0) recordBlocks(telemetry, model, settings.replicas);
  if (isReplica(loaded))
    loaded.start(writer.cells, engineMeters(writer, model.id), (step) => send({ type: "step", ...step }));
  else if (settings.telemetry === "on") countPrompt = promptCounter(writer, model.id);
  replica = loaded;
  send({ type: "ready", model });

  await untilStopped(port);
  replica = null;
  await loaded.close();
  writer.close();
  runtime.close();
  telemetry.close();
}

async function openEngine(settings: EngineSettings) {
  const libraries = await chooseLibraries(settings.gpu);
  const engine = loadNativeEngine(libraries);
  const devices = engine.loadBackends(libraries.directory);
  if (settings.gpu !== "auto" && settings.gpu !== "off" && devices[0]?.backend === "cpu") {
    throw new LibraryError(`--gpu ${settings.gpu}: no such device was found; use --gpu auto or off`);
  }
  return { engine, devices };
}

async function loadModel(
  engine: NativeEngine,
  settings: EngineSettings,
  device: number,
  file: string,
  onProgress: (fraction: number) => void,
): Promise<NativeModel> {
  const { contextSize: cells, ...rest } = settings;
  const batchTokens = cells || settings.maxContext;
  try {
    const model = await engine.loadModel({ ...rest, device, path: file, cells, batchTokens }, onProgress);
    if (!isReplica(model) && settings.adapters.length > 0)
      throw new Error("expected a text generation model for --lora");
    return model;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`cannot serve ${file}: ${reason}`, { cause: error });
  }
}

function modelInfo({ info }: NativeModel, { modelId, threads }: EngineSettings, file: string): ModelInfo {
  const common = { id: modelId, file, threads };
  if (info.kind === "generation") return { ...common, dimensions: 0, ...info };
  return {
    ...common,
    ...{ slots: EMBEDDING_CALLS, kvCells: 0, cacheBytes: 0 },
    ...{ hasChatTemplate: false, thinks: false, canInfill: false },
    // Only texts that are generated are written in tokens.
    ...{ tokenBytes: new Uint8Array(), tokenOffsets: new Uint32Array(1) },
    ...info,
  };
}

/** The values of all replicas are summed up: one of them tells what they have in common. */
function recordModel({ metrics }: Writer<SpecOf<typeof catalog>>, model: ModelInfo, index: number): void {
  const labels = { model: model.id };
  if (model.kind === "generation") metrics.kvCells.labels(labels).set(model.kvCells);
  if (index > 0) return;
  metrics.modelLastLoad.labels(labels).set(model.loadSeconds);
  metrics.modelSize.labels(labels).set(model.sizeBytes);
}

/** Replicas have KV caches of one size, and are told of together. */
function recordBlocks(
  { metrics }: Writer<SpecOf<typeof catalog>>,
  { id, kvCells }: ModelInfo,
  replicas: number,
): void {
  const blocks = { block_size: String(KV_BLOCK_TOKENS), num_blocks: String(kvBlocks(kvCells * replicas)) };
  metrics.kvCacheInfo.labels({ model: id, ...blocks }).show();
}

function promptCounter({ metrics }: Writer<SpecOf<typeof catalog>>, model: string): typeof countPrompt {
  const promptTokens = metrics.promptTokens.labels({ model, tenant: "default" });
  return (tokens) => promptTokens.inc(tokens.reduce((sum, count) => sum + count, 0));
}

function engineMeters({ metrics }: Writer<SpecOf<typeof catalog>>, model: string): EngineMeters {
  const labels = { model };
  return {
    queueDuration: metrics.queueDuration.labels(labels),
    timeToFirstToken: metrics.timeToFirstToken.labels({ ...labels, route: "" }),
    interTokenLatency: metrics.interTokenLatency.labels(labels),
    stepDuration: metrics.stepDuration.labels(labels),
    stepTokens: metrics.stepTokens.labels(labels),
    stepSequences: metrics.stepSequences.labels(labels),
    promptTokens: metrics.promptTokens.labels({ ...labels, tenant: "default" }),
    cachedPromptTokens: metrics.cachedPromptTokens.labels({ ...labels, tenant: "default" }),
    generationTokens: metrics.generationTokens.labels({ ...labels, tenant: "default" }),
    preemptions: metrics.preemptions.labels(labels),
    recomputedTokens: metrics.recomputedTokens.labels(labels),
    evictedPrefixTokens: metrics.evictedPrefixTokens.labels(labels),
    draftTokens: metrics.draftTokens.labels(labels),
    acceptedDraftTokens: metrics.acceptedDraftTokens.labels(labels),
    kvCellsUsed: metrics.kvCellsUsed.labels(labels),
    prefixCells: metrics.prefixCells.labels(labels),
  };
}

/** A replica is told nothing else over its port. */
function untilStopped(port: MessagePort): Promise<void> {
  return new Promise((resolve) => port.once("message", () => resolve()));
}
