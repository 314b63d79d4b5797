import { callNative, type NativeSegment } from "./segment/native.js";

export interface GpuOptions {
  /** Pause between two readings, 100 to 3,600,000. Default 1000; the GPU's own averages are no finer. */
  readonly intervalMs?: number;
  /** The library, as for dlopen. Default: the environment variable TACHO_NVML_PATH, else `libnvidia-ml.so.1`. */
  readonly library?: string;
}

export interface GpuState {
  /**
   * - `starting`: NVML is being initialised, which can take seconds.
   * - `running`: the GPUs are read.
   * - `absent`: there is no library, driver or GPU.
   * - `failed`: NVML refused, as after an upgrade of the driver.
   * - `closed`: by `close()`.
   *
   * While absent or failed, it is tried again, ever more seldom, at most every 5 minutes.
   */
  readonly status: "starting" | "running" | "absent" | "failed" | "closed";
  /** Why it is absent or failed; while running, what is missing, such as a lost GPU. Else empty. */
  readonly reason: string;
}

/** Reads the machine's GPUs on a native thread; have one a segment, as two would count everything twice. */
export interface GpuObserver {
  readonly state: GpuState;
  /** Takes the GPUs' gauges away; totals stay. Never waits for NVML. Idempotent; also done at the thread's end. */
  close(): void;
}

const DEFAULT_LIBRARY = "libnvidia-ml.so.1";
const LEAST_INTERVAL_MS = 100;
const MOST_INTERVAL_MS = 3_600_000;

function checkedInterval(intervalMs: number): number {
  if (intervalMs >= LEAST_INTERVAL_MS && intervalMs <= MOST_INTERVAL_MS) return intervalMs;
  throw new RangeError(
    `Expected ${LEAST_INTERVAL_MS} to ${MOST_INTERVAL_MS} for intervalMs but received ${String(intervalMs)}.`,
  );
}

function checkedLibrary(library: string): string {
  if (typeof library === "string" && library !== "") return library;
  throw new TypeError(`Expected a path for library but received ${JSON.stringify(library)}.`);
}

/**
 * Starts to record the `tacho_gpu_*` metrics in the segment. Absent hardware is a state, not an error.
 * @throws RangeError, TypeError for the options; TelemetryError `segment_full` when no writer is left, `closed`.
 */
export function observeGpu(segment: NativeSegment, options: GpuOptions = {}): GpuObserver {
  const interval = checkedInterval(options.intervalMs ?? 1000);
  // An empty variable is one that a deployment left blank.
  const library = checkedLibrary(options.library ?? (process.env["TACHO_NVML_PATH"] || DEFAULT_LIBRARY));
  const native = callNative(() => segment.observeGpu(interval, library));
  const close = () => {
    process.off("exit", close);
    native.close();
  };
  // process.exit() runs no native cleanup hooks, and the thread must not call a library that is being torn down.
  process.once("exit", close);
  return {
    get state() {
      return native.state();
    },
    close,
  };
}
