/**
 * The engine host process. A CUDA error or a failed assertion in llama.cpp ends the process it happens in; this
 * one holds nothing that the front needs to answer its clients.
 */
import { unlinkSync } from "node:fs";
import { defineCatalog, observeRuntime, openTelemetry } from "../telemetry/index.js";
import type { EngineSettings, FromEngine, ToEngine } from "./messages.js";
import { modelFile } from "./model-download.js";
import { ReplicaError, ReplicaPool } from "./replica-pool.js";

process.title = "tacho engine-host";

// Ctrl-C and a service manager's SIGTERM reach the whole process group; the front decides when work ends here.
process.on("SIGINT", () => undefined);
process.on("SIGTERM", () => undefined);

/** The segment that nobody else would remove if the front were killed. */
let segment: string | null = null;
let replicas: ReplicaPool | null = null;

process.on("disconnect", dieWithTheFront);
process.on("message", (message: ToEngine) => {
  switch (message.type) {
    case "start":
      void serve(message.settings);
      break;
    case "submit":
      replicas?.submit(message.request);
      break;
    case "cancel":
      replicas?.cancel(message.id);
      break;
    case "call":
      replicas?.call(message.id, message.call);
      break;
    case "stop":
      replicas?.stop();
  }
});

async function serve(settings: EngineSettings): Promise<void> {
  segment = settings.keepsTelemetry ? null : settings.telemetryPath;
  observeThisProcess(settings.telemetryPath);
  try {
    const file = await modelFile(settings, (fraction) =>
      send({ type: "progress", phase: "download", fraction }),
    );
    replicas = new ReplicaPool(settings, file, send);
    await replicas.run();
    process.exit(0);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const usage = error instanceof ReplicaError && error.usage;
    send({ type: "failed", message, usage }, () => process.exit(1));
  }
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
