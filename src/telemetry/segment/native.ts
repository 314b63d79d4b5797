import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { TelemetryError, type TelemetryErrorCode } from "../errors.js";
import type { MetricType } from "../metric-spec.js";
import type { FamilySnapshot } from "../reading/snapshot.js";
import type { AnyViewSpec } from "../reading/views.js";

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
  /** The metric's overflow cell, for label values that no format can carry; counted. */
  refuse(metric: number): number;
  release(): void;
}

export interface NativeMetricSpec {
  type: MetricType;
  name: string;
  help: string;
  unit: string;
  labels: readonly string[];
  bounds: readonly number[];
  /** Ranks of the bounds that are shown under the metric's own name; none: all. */
  shown: readonly number[];
  states: readonly string[];
  gaugeMode: "sum" | "last" | "high-water";
  schema: number;
  exemplarSlots: number;
  maxSeries: number;
}

export interface NativeMetric {
  id: number;
  overflowCell: number;
}

/** What the native renderer writes. `json` is an array of FamilySnapshot, numbers beyond JSON as strings. */
export type NativeFormat = "text" | "openmetrics" | "protobuf" | "json";

export interface NativeGpuObserver {
  state(): { status: "starting" | "running" | "absent" | "failed" | "closed"; reason: string };
  /** Takes the GPUs' gauges away, at once; a call of NVML under way ends by itself, without effect. */
  close(): void;
}

export interface NativeFollower {
  /** Keeps what the cells hold now; costs microseconds. Passed over where it would wait for a rendering. */
  tick(): void;
  close(): void;
}

export interface NativeSegment {
  readonly path: string | null;
  /** Registers the metric, or finds it when another process did; a differing one under the same name throws. */
  define(spec: NativeMetricSpec): NativeMetric;
  claim(): NativeShard;
  /**
   * Renders at once what takes less than a change of threads, else on a thread of libuv's pool. With `views`, those
   * families alone or, `withMetrics`, after the metrics; `foreign` ones follow in any case.
   * An array in `views` must be the same object from call to call: what is read of it is kept by identity, and a later
   * change to it has no effect.
   */
  render(
    format: NativeFormat,
    views: readonly (readonly AnyViewSpec[])[] | null,
    withMetrics: boolean,
    foreign: readonly FamilySnapshot[],
  ): Buffer | Promise<Buffer>;
  /** Starts a native thread that reads the GPUs into a shard of its own. `library` as for dlopen. */
  observeGpu(intervalMs: number, library: string): NativeGpuObserver;
  /** Keeps what the windows of these views need, from now on and at each `tick`. */
  follow(views: readonly AnyViewSpec[]): NativeFollower;
  unlink(): void;
  close(): void;
}

export interface TelemetryAddon {
  /** A null path makes a segment without a name, for this thread alone. */
  create(path: string | null, sizes: SegmentSizes): NativeSegment;
  attach(path: string): NativeSegment;
  /** The earlier run's segment, or a new one; also a new one in place of `unfit`, unless that has living writers. */
  adopt(path: string, sizes: SegmentSizes, unfit: NativeSegment | null): NativeSegment;
  /** For `render` alone: mapped so that nothing can be written. */
  read(path: string): NativeSegment;
  /** CLOCK_MONOTONIC, which all threads and processes of a machine share. */
  monotonicSeconds(): number;
}

// src/telemetry and dist/telemetry lie equally deep, so this holds for both.
const ADDON = new URL("../../../build/Release/telemetry.node", import.meta.url);

/** As a dependency, the addon is built by this package's install script, which npm may have been told to skip. */
function remedyFor(file: string): string {
  return file.includes("/node_modules/tacho/") ? "npm rebuild tacho" : "npm run build";
}

export function loadAddon(): TelemetryAddon {
  const file = fileURLToPath(ADDON);
  try {
    return createRequire(import.meta.url)(file) as TelemetryAddon;
  } catch (cause) {
    throw new TelemetryError(
      "addon_missing",
      `Cannot load the telemetry addon ${file} (${(cause as Error).message.split("\n")[0]!}); run \`${remedyFor(file)}\`.`,
      { cause },
    );
  }
}

const CODES: readonly string[] = [
  "invalid_segment",
  "invalid_source",
  "invalid_view",
  "segment_full",
  "closed",
] satisfies TelemetryErrorCode[];

function rethrow(error: unknown): never {
  const { code, message } = error as { code?: string; message: string };
  if (code !== undefined && CODES.includes(code))
    throw new TelemetryError(code as TelemetryErrorCode, message, { cause: error });
  throw error;
}

/** Gives errors of the addon, which carry their code, the class that this module promises; also later ones. */
export function callNative<T>(call: () => T): T {
  try {
    const result = call();
    return result instanceof Promise ? (result.catch(rethrow) as T) : result;
  } catch (error) {
    return rethrow(error);
  }
}
