import type { MessagePort } from "node:worker_threads";
import { catalog } from "../metrics/catalog.js";
import { observeRuntime, openTelemetry } from "../telemetry/index.js";
import { whyNoDevice } from "./device-absence.js";
import { freeGpuMemory } from "./free-gpu-memory.js";
import { chooseLibraries, LibraryError } from "./libraries.js";
import type {
  CallAnswer,
  CallResults,
  EngineCall,
  EngineSettings,
  FromEngine,
  GenerateRequest,
  ModelInfo,
  Step,
  ToEngine,
} from "./messages.js";
import { answerCall, isReplica, type NativeModel } from "./model-calls.js";
import { loadNativeEngine, type NativeEngine, type NativeReplica } from "./native-engine.js";
import { outOfMemory, type LoadPlace } from "./out-of-memory.js";
import { deviceOf, gpusOf } from "./placement.js";
import {
  countRead,
  engineMeters,
  recordBlocks,
  recordModel,
  tenantMeters,
  type EngineWriter,
} from "./replica-meters.js";
import { StageRecord } from "./stage-record.js";

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

/** This thread's replica, and what is recorded of it. */
interface Served {
  model: NativeModel;
  id: string;
  /** Of what the model does. */
  writer: EngineWriter;
  /** Whether tokens and stages are measured. */
  measures: boolean;
  stages: StageRecord;
}
let served: Served | null = null;

/** The piscina tasks: one that is a replica for as long as it lives, and those that hand something to it. */
export default async function runTask(task: ReplicaTask): Promise<ReplicaEnd | CallAnswer> {
  if (task.kind === "replica") return runReplica(task);
  if (task.kind === "call") return runCall(task.call);
  if (!served || !isReplica(served.model)) return null;
  if (task.kind === "submit") submit(served.model, served, task.request);
  else served.model.cancel(task.id);
  return null;
}

function submit(replica: NativeReplica, { id, writer, measures, stages }: Served, request: GenerateRequest) {
  const assembly = replica.submit(request, tenantMeters(writer, id, request.tenant));
  if (measures) void stages.submitted(assembly);
}

async function runCall(call: EngineCall): Promise<CallAnswer> {
  if (!served) return { error: { code: "engine_failed", message: "The model was put away.", input: null } };
  const { model, id, writer, measures } = served;
  const answer = await answerCall(model, call);
  if (measures && "result" in answer && (call.kind === "embed" || call.kind === "rank"))
    countRead(writer, id, call.tenant, answer.result as CallResults["embed" | "rank"]);
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
  const { engine, devices, builtFor, notices } = await openEngine(settings);
  const device = deviceOf(index, settings, devices);
  const gpus = gpusOf(device, settings.gpuLayers, devices);
  const free = await freeGpuMemory(settings.telemetryPath, gpus, devices);
  const loaded = await loadModel(engine, settings, { device, gpus, free }, file, (fraction) =>
    send({ type: "progress", phase: "load", fraction }),
  );
  const model = { ...modelInfo(loaded, settings, file), builtFor, notices, gpus };

  const telemetry = openTelemetry(catalog, { path: settings.telemetryPath, attach: true });
  const thread = settings.replicas === 1 ? "replica" : `replica-${index}`;
  const runtime = observeRuntime(telemetry, { process: "engine-host", thread });
  const writer = telemetry.openWriter();
  recordModel(telemetry, model, { index, device });
  if (model.kind === "generation" && index === 0) recordBlocks(telemetry, model, settings.replicas);
  const measures = settings.telemetry === "on";
  const stages = new StageRecord(telemetry, model.id);
  const onStep = (step: Step): void => {
    // First, so that who hears of an end finds it counted.
    if (measures) stages.ended(step.ends);
    send({ type: "step", ...step });
  };
  if (isReplica(loaded)) loaded.start(writer.cells, engineMeters(writer, model.id), onStep);
  served = { model: loaded, id: model.id, writer, measures, stages };
  send({ type: "ready", model });

  await untilStopped(port);
  served = null;
  await loaded.close();
  writer.close();
  runtime.close();
  telemetry.close();
}

async function openEngine({ gpu }: EngineSettings) {
  const libraries = await chooseLibraries(gpu);
  const engine = loadNativeEngine(libraries);
  const { devices, problem } = engine.loadBackends(libraries.directory);
  const notices = libraries.notice === null ? [] : [`${libraries.notice.found}; ${libraries.notice.remedy}`];
  if (libraries.variant !== "cpu" && devices[0]?.backend === "cpu") {
    const why = whyNoDevice(libraries, problem);
    const choice = `--gpu ${gpu}: ${why}; or use --gpu auto or off`;
    if (gpu !== "auto") throw new LibraryError([choice, ...notices].join("; "));
    notices.push(`the model is computed on the CPU: ${why}`);
  }
  return { engine, devices, builtFor: libraries.builtFor, notices };
}

async function loadModel(
  engine: NativeEngine,
  settings: EngineSettings,
  place: LoadPlace,
  file: string,
  onProgress: (fraction: number) => void,
): Promise<NativeModel> {
  const { contextSize: cells, ...rest } = settings;
  const batchTokens = cells || settings.maxContext;
  const { device } = place;
  try {
    const model = await engine.loadModel({ ...rest, device, path: file, cells, batchTokens }, onProgress);
    if (!isReplica(model) && settings.adapters.length > 0)
      throw new Error("expected a text generation model for --lora");
    return model;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const advice = await outOfMemory(reason, file, settings, place);
    if (advice !== null) throw new LibraryError(`cannot serve ${file}: ${advice}`, { cause: error });
    throw new Error(`cannot serve ${file}: ${reason}`, { cause: error });
  }
}

function modelInfo(
  { info }: NativeModel,
  { modelId, threads }: EngineSettings,
  file: string,
): Omit<ModelInfo, "gpus" | "builtFor" | "notices"> {
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

/** A replica is told nothing else over its port. */
function untilStopped(port: MessagePort): Promise<void> {
  return new Promise((resolve) => port.once("message", () => resolve()));
}
