import { defineCatalog, openTelemetry, type ViewSpec } from "../telemetry/index.js";

const FREE: readonly ViewSpec[] = [
  {
    name: "free",
    type: "gauge",
    help: "Free memory of each GPU.",
    from: { metric: "tacho_gpu_memory_free_bytes", labels: { gpu: { from: "gpu" } } },
  },
];

/** Bytes free on these GPUs together, as the front's last reading has them; null where one of them is not read. */
export async function freeGpuMemory(telemetryPath: string, gpus: readonly number[]): Promise<number | null> {
  const telemetry = openTelemetry(defineCatalog({}), { path: telemetryPath, attach: true });
  try {
    const { free } = await telemetry.snapshot({ views: FREE, sources: false });
    const bytes = gpus.map((gpu) => {
      const series = free?.series.find(({ labels }) => labels["gpu"] === String(gpu));
      return series && "value" in series ? series.value : null;
    });
    if (bytes.length === 0 || bytes.includes(null)) return null;
    return bytes.reduce<number>((sum, one) => sum + one!, 0);
  } finally {
    telemetry.close();
  }
}
