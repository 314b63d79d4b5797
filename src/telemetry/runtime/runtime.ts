import { isMainThread } from "node:worker_threads";
import type { CatalogSpec } from "../catalog.js";
import { runtimeCatalog } from "./runtime-catalog.js";
import { observeEventLoop } from "./runtime-event-loop.js";
import { observeGc } from "./runtime-gc.js";
import { observeMemory } from "./runtime-memory.js";
import type { RuntimePart, RuntimeSubject } from "./runtime-part.js";
import { observeProcess } from "./runtime-process.js";
import { observeResources } from "./runtime-resources.js";
import type { Telemetry } from "../telemetry.js";

/** Labels must name roles, of which there are few: a process id would make new series at each restart. */
export interface RuntimeOptions {
  /** The process's role, such as "front". Default "main". */
  process?: string;
  /** The thread's role. Default "main", in a worker "worker". */
  thread?: string;
}

export interface RuntimeObserver {
  /** Takes the observers and what they show away; counters and histograms stay. Idempotent. */
  close(): void;
}

function partsOf(subject: RuntimeSubject): RuntimePart[] {
  const ofThread = [observeEventLoop, observeGc, observeMemory, observeResources];
  const parts = ofThread.map((observe) => observe(subject));
  return subject.process === undefined ? parts : [...parts, observeProcess(subject, subject.process)];
}

const observed = new WeakSet<object>();

/** A second observer would count each collection and each second of CPU again. */
function claim(telemetry: object): void {
  if (observed.has(telemetry)) throw new Error("Expected one runtime observer for each telemetry at a time.");
  observed.add(telemetry);
}

/**
 * Records the Node runtime of this thread (event loop, heap, garbage collection) and, in the main thread, of the
 * process (CPU, memory, file descriptors) into the telemetry's segment: see `runtimeCatalog`. To be called once in
 * each thread of each process, and closed before the telemetry is. Keeps no process alive. An idle thread is woken ten
 * times a second, which takes a third of the CPU time of fifty times (prom-client wakes it a hundred times).
 * @throws TelemetryError `invalid_segment` or `segment_full` when the metrics find no place; Error while another
 * observer of the same telemetry is open.
 */
export function observeRuntime(
  telemetry: Pick<Telemetry<CatalogSpec>, "extend">,
  { process = "main", thread = isMainThread ? "main" : "worker" }: RuntimeOptions = {},
): RuntimeObserver {
  const metrics = telemetry.extend(runtimeCatalog);
  claim(telemetry);
  const parts = partsOf({
    metrics,
    thread: { process, thread },
    process: isMainThread ? { process } : undefined,
  });
  const everySecond = () => parts.forEach((part) => part.everySecond?.());
  const timer = setInterval(everySecond, 1000).unref();
  return {
    close() {
      clearInterval(timer);
      observed.delete(telemetry);
      everySecond();
      for (const part of parts.splice(0)) part.close();
    },
  };
}
