import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { TelemetryError } from "./errors.js";

/** Sizes of a new segment. Pages are only paid for once used, so generous sizes cost address space alone. */
export interface SegmentSizes {
  /** Writers that can be open at once, in all processes. */
  shards: number;
  /** 64-bit cells of each shard: a counter takes 1, a gauge 2, a histogram its bounds + 2. */
  cellsPerShard: number;
  /** Bytes for names, help texts and label values. */
  directoryBytes: number;
}

export interface NativeShard {
  readonly cells: Float64Array;
  /** First cell of the series, registered if it is new; the metric's overflow cell when there is no room. */
  resolve(metric: number, values: readonly string[]): number;
  release(): void;
}

export interface NativeMetric {
  id: number;
  overflowCell: number;
}

export interface NativeSegment {
  readonly path: string | null;
  /** Registers the metric, or finds it when another process did; a differing one under the same name throws. */
  define(
    type: "counter" | "gauge" | "histogram",
    name: string,
    help: string,
    labels: readonly string[],
    bounds: readonly number[],
    maxSeries: number,
  ): NativeMetric;
  claim(): NativeShard;
  render(): Promise<Buffer>;
  unlink(): void;
  close(): void;
}

export interface TelemetryAddon {
  /** A null path makes a segment without a name, for this thread alone. */
  create(path: string | null, sizes: SegmentSizes): NativeSegment;
  attach(path: string): NativeSegment;
}

// src/telemetry and dist/telemetry lie equally deep, so this holds for both.
const ADDON = new URL("../../build/Release/telemetry.node", import.meta.url);

export function loadAddon(): TelemetryAddon {
  const file = fileURLToPath(ADDON);
  try {
    return createRequire(import.meta.url)(file) as TelemetryAddon;
  } catch (cause) {
    throw new TelemetryError(
      "addon_missing",
      `Cannot load the telemetry addon ${file} (${(cause as Error).message.split("\n")[0]!}); run \`npm run build\`.`,
      { cause },
    );
  }
}

/** Gives errors of the addon, which carry their code, the class that this module promises. */
export function callNative<T>(call: () => T): T {
  try {
    return call();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === "invalid_segment" || code === "segment_full" || code === "closed")
      throw new TelemetryError(code, message, { cause: error });
    throw error;
  }
}
