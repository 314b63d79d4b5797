/**
 * The engine host process. A CUDA error or a failed assertion in llama.cpp ends the process it happens in; this
 * one holds nothing that the front needs to answer its clients.
 */
import { unlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Piscina } from "piscina";
import { defineCatalog, observeRuntime, openTelemetry } from "../telemetry/index.js";
import type { EngineSettings, FromEngine, ToEngine } from "./messages.js";
import { modelFile } from "./model-download.js";
import type { ReplicaEnd, ReplicaTask } from "./replica.js";

process.title = "tacho engine-host";

// Ctrl-C and a service manager's SIGTERM reach the whole process group; the front decides when work ends here.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

/** The segment that nobody else would remove if the front were killed. */
let segment: string | null = null;
let replica: MessagePort | null = null;

process.on("disconnect", dieWithTheFront);
process.on("message", (message: ToEngine) => {
  if (message.type === "start") void serve(message.settings);
  else replica?.postMessage(message);
});

async function serve(settings: EngineSettings): Promise<void> {
  segment = settings.keepsTelemetry ? null : settings.telemetryPath;
  observeThisProcess(settings.telemetryPath);
  const end = await runReplica(settings).catch((error: unknown) => ({
    message: error instanceof Error ? error.message : String(error),
    usage: false,
  }));
  if (end === null) process.exit(0);
  send({ type: "failed", ...end }, () => process.exit(1));
}

/**
 * One worker a replica, for the replica's whole life. `atomics: "disabled"`, because otherwise piscina blocks
 * the worker's event loop, and with it every step, until the next task comes. Never piscina's `signal`: it
 * terminates the thread and the model with it.
 */
async function runReplica(settings: EngineSettings): Promise<ReplicaEnd> {
  const file = await modelFile(settings, (fraction) =>
    send({ type: "progress", phase: "download", fraction }),
  );
  const pool = new Piscina<ReplicaTask, ReplicaEnd>({
    filename: fileURLToPath(new URL("./replica.js", import.meta.url)),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    atomics: "disabled",
  });
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (message: FromEngine) => send(message));
  replica = port1;
  const end = await pool.run({ settings, file, port: port2 }, { transferList: [port2] });
  await pool.close();
  return end;
}

/** The replicas' threads record their own part. */
function observeThisProcess(path: string): void {
  const nothingElse = defineCatalog({});
  observeRuntime(openTelemetry(nothingElse, { path, attach: true }), { process: "engine-host" });
}

/** A send that fails is not told of here: it means that the front is gone, and "disconnect" follows. */
function send(message: FromEngine, sent: () => void = () => undefined): void {
  process.send!(message, sent);
}

/** The front is gone without a word (kill -9). */
function dieWithTheFront(): void {
  try {
    if (segment !== null) unlinkSync(segment);
  } catch {
    // The front removed it itself.
  }
  process.kill(process.pid, "SIGKILL");
}
