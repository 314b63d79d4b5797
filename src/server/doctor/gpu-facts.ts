/** What `telemetry-probe` is asked. */
export type TelemetryQuestion = { kind: "segment" } | { kind: "gpus" };

/** A segment that could be made. */
export interface SegmentFact {
  folder: string;
  /** Of its file, were every page of it used. */
  bytes: number;
}

/** What NVML says. Texts that it does not tell are empty, numbers null. */
export interface NvmlFacts {
  /** Whether GPUs are read, there is nothing to read, or NVML refuses. */
  status: "running" | "absent" | "failed";
  /** Why it is absent or failed; while running, what is missing. */
  reason: string;
  driverVersion: string;
  /** The highest that the driver supports. */
  cudaVersion: string;
  gpus: GpuFact[];
}

export interface GpuFact {
  index: string;
  uuid: string;
  name: string;
  totalBytes: number | null;
  freeBytes: number | null;
  /** Names of its MIG partitions; null where MIG is off. */
  partitions: string[] | null;
}
