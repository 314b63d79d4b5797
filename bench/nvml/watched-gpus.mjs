// The GPUs as tacho's sampler shows them.
import { setTimeout as pause } from "node:timers/promises";
import { defineCatalog, newSegmentPath, openTelemetry } from "../../dist/telemetry/index.js";

const PATIENCE_MS = 60_000;

/** `intervalMs` between two readings. Rejects with the sampler's reason where it reads no GPU. */
export async function watchGpus(intervalMs) {
  const telemetry = openTelemetry(defineCatalog({}), { path: newSegmentPath() });
  const observer = telemetry.observeGpu({ intervalMs });
  const end = performance.now() + PATIENCE_MS;
  while (observer.state.status === "starting" && performance.now() < end) await pause(5);
  if (observer.state.status !== "running") {
    telemetry.close();
    throw new Error(
      `Expected GPUs to be read, but the sampler is ${observer.state.status}: ${observer.state.reason}`,
    );
  }
  return { snapshot: () => telemetry.snapshot(), close: () => telemetry.close() };
}

/** What is shown of the GPU with this uuid now, for comparison.mjs. */
export function readingOf(snapshot, uuid) {
  const families = Object.values(snapshot).filter(({ name }) => name.startsWith("tacho_gpu_"));
  return families.flatMap(({ name, series }) =>
    series
      .filter(({ labels, value }) => labels.uuid === uuid && value !== undefined)
      .map(({ labels, value }) => ({ metric: name, labels, value })),
  );
}
