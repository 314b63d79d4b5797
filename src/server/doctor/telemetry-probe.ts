/**
 * Answers one question about the telemetry addon, `[question as JSON]`, by a message { value } or { error }. A process
 * of its own, as a broken NVML can end or hang whoever loads it.
 */
import { statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  defineCatalog,
  newSegmentPath,
  openTelemetry,
  type GpuObserver,
  type Snapshot,
} from "../../telemetry/index.js";
import type { NvmlFacts, SegmentFact, TelemetryQuestion } from "./gpu-facts.js";
import { nvmlFacts } from "./nvml-facts.js";

const NOTHING = defineCatalog({});
const READING_MS = 100;

function makeSegment(): SegmentFact {
  const path = newSegmentPath();
  const telemetry = openTelemetry(NOTHING, { path });
  try {
    return { folder: dirname(path), bytes: statSync(path).size };
  } finally {
    telemetry.close();
  }
}

async function readGpus(): Promise<NvmlFacts> {
  const telemetry = openTelemetry(NOTHING);
  const observer = telemetry.observeGpu({ intervalMs: READING_MS });
  while (isReading(observer, await telemetry.snapshot())) await pause(READING_MS / 10);
  return nvmlFacts(observer.state, await telemetry.snapshot());
}

/** Until every GPU was read once, or there is none to read. */
function isReading({ state }: GpuObserver, snapshot: Snapshot): boolean {
  if (state.status !== "running") return state.status === "starting";
  return (snapshot["tacho_gpu_last_read_timestamp_seconds"]?.series.length ?? 0) === 0;
}

const ANSWERS: Record<TelemetryQuestion["kind"], () => unknown> = { segment: makeSegment, gpus: readGpus };

/** The process would not end by itself while NVML is read. */
function send(answer: object): void {
  process.send!(answer, () => process.exit());
}

const { kind } = JSON.parse(process.argv[2]!) as TelemetryQuestion;
await Promise.resolve()
  .then(ANSWERS[kind])
  .then(
    (value) => send({ value }),
    (error: unknown) => send({ error: (error as Error).message }),
  );
