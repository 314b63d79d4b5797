/**
 * The engine host process. A CUDA error or a failed assertion in llama.cpp ends the process it happens in; this
 * one holds nothing that the front needs to answer its clients.
 */
import { unlinkSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MessageChannel, type MessagePort } from "node:worker_threads";
import { Piscina } from "piscina";
import { LibraryError } from "./libraries.js";
import type { EngineSettings, FromEngine, ToEngine } from "./messages.js";
import { modelFile } from "./model-file.js";
import type { ReplicaTask } from "./replica.js";

process.title = "tacho engine-host";

// Ctrl-C and a service manager's SIGTERM reach the whole process group; the front decides when work ends here.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

let telemetryPath: string | null = null;
let replica: MessagePort | null = null;

process.on("disconnect", dieWithTheFront);
process.on("message", (message: ToEngine) => {
  if (message.type === "start") void serve(message.settings);
  else replica?.postMessage(message);
});

async function serve(settings: EngineSettings): Promise<void> {
  telemetryPath = settings.telemetryPath;
  try {
    await runReplica(settings, await modelFile(settings.model));
    process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failed: FromEngine = { type: "failed", message, usage: error instanceof LibraryError };
    process.send!(failed, () => process.exit(1));
  }
}

/**
 * One worker a replica, for the replica's whole life. `atomics: "disabled"`, because otherwise piscina blocks
 * the worker's event loop, and with it every step, until the next task comes. Never piscina's `signal`: it
 * terminates the thread and the model with it.
 */
async function runReplica(settings: EngineSettings, file: string): Promise<void> {
  const pool = new Piscina<ReplicaTask, undefined>({
    filename: fileURLToPath(new URL("./replica.js", import.meta.url)),
    minThreads: 1,
    maxThreads: 1,
    concurrentTasksPerWorker: 1,
    atomics: "disabled",
  });
  const { port1, port2 } = new MessageChannel();
  port1.on("message", (message: FromEngine) => process.send!(message));
  replica = port1;
  await pool.run({ settings, file, port: port2 }, { transferList: [port2] });
  await pool.close();
}

/** The front is gone without a word (kill -9): nobody else would remove the segment. */
function dieWithTheFront(): void {
  try {
    if (telemetryPath !== null) unlinkSync(telemetryPath);
  } catch {
    // The front removed it itself.
  }
  process.kill(process.pid, "SIGKILL");
}
