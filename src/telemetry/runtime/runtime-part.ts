import type { SpecOf } from "../catalog.js";
import type { FunctionGaugeHandle } from "../instruments/instruments.js";
import type { runtimeCatalog } from "./runtime-catalog.js";
import type { Metrics } from "../telemetry.js";

/** Whose runtime is recorded, and where. */
export interface RuntimeSubject {
  readonly metrics: Metrics<SpecOf<typeof runtimeCatalog>>;
  readonly thread: { readonly process: string; readonly thread: string };
  /** For what is the whole process's; undefined in a worker thread, since the main thread tells it. */
  readonly process: { readonly process: string } | undefined;
}

/** The observation of one side of the runtime. */
export interface RuntimePart {
  everySecond?(): void;
  close(): void;
}

/** Shows what is asked for when the metrics are read; what it returns takes it away. */
export function showLevels(
  levels: readonly (readonly [gauge: FunctionGaugeHandle, read: () => number])[],
): () => void {
  for (const [gauge, read] of levels) gauge.from(read);
  return () => {
    for (const [gauge] of levels) gauge.from(null);
  };
}
