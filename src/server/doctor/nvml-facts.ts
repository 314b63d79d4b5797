import type { FamilySnapshot, GpuState, ScalarSeries, Snapshot } from "../../telemetry/index.js";
import type { GpuFact, NvmlFacts } from "./gpu-facts.js";

/** NVML's part of what telemetry recorded of the GPUs. */
export function nvmlFacts({ status, reason }: GpuState, snapshot: Snapshot): NvmlFacts {
  const infos = seriesOf(snapshot["tacho_gpu_info"]);
  const [first] = infos;
  return {
    status: status === "running" || status === "failed" ? status : "absent",
    reason,
    driverVersion: first?.labels["driver_version"] ?? "",
    cudaVersion: first?.labels["cuda_version"] ?? "",
    gpus: infos.map(({ labels }) => gpuFact(labels, snapshot)),
  };
}

function gpuFact(labels: Record<string, string>, snapshot: Snapshot): GpuFact {
  const [index, uuid] = [labels["gpu"] ?? "", labels["uuid"] ?? ""];
  const own = (name: string) =>
    seriesOf(snapshot[name]).filter((one) => one.labels["gpu"] === index && one.labels["uuid"] === uuid);
  const partitions = own("tacho_gpu_mig_info").map((one) => one.labels["name"] ?? "");
  return {
    index,
    uuid,
    name: labels["name"] ?? "",
    totalBytes: own("tacho_gpu_memory_total_bytes")[0]?.value ?? null,
    freeBytes: own("tacho_gpu_memory_free_bytes")[0]?.value ?? null,
    partitions: own("tacho_gpu_mig_enabled")[0]?.value === 1 ? partitions : null,
  };
}

function seriesOf(family: FamilySnapshot | undefined): ScalarSeries[] {
  return family?.type === "gauge" || family?.type === "info" ? family.series : [];
}
