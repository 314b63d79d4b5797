import { defineCatalog, openTelemetry, type ViewSpec } from "../telemetry/index.js";

const FREE: readonly ViewSpec[] = [
  {
    name: "free",
    type: "gauge",
    help: "Free memory of each GPU.",
    from: { metric: "tacho_gpu_memory_free_bytes", labels: { gpu: { from: "gpu" } } },
  },
];

/**
 * Whether the engine's numbers of GPUs are those of NVML, by which they are read: others' devices have no such, and
 * the two variables choose and order CUDA's.
 */
function isNumberedAsRead(devices: readonly { backend: string }[], env: NodeJS.ProcessEnv): boolean {
  const isOrdered = env["CUDA_DEVICE_ORDER"] === "PCI_BUS_ID" && env["CUDA_VISIBLE_DEVICES"] === undefined;
  return isOrdered && devices.every(({ backend }) => backend === "cuda" || backend === "cpu");
}

/**
 * Bytes free on these GPUs together, as the front's last reading has them; null where one of them is not read, or
 * may be another one there.
 */
export async function freeGpuMemory(
  telemetryPath: string,
  gpus: readonly number[],
  devices: readonly { backend: string }[],
  env = process.env,
): Promise<number | null> {
  if (gpus.length === 0 || !isNumberedAsRead(devices, env)) return null;
  const telemetry = openTelemetry(defineCatalog({}), { path: telemetryPath, attach: true });
  try {
    const { free } = await telemetry.snapshot({ views: FREE, sources: false });
    const bytes = gpus.map((gpu) => {
      const series = free?.series.find(({ labels }) => labels["gpu"] === String(gpu));
      return series && "value" in series ? series.value : null;
    });
    if (bytes.includes(null)) return null;
    return bytes.reduce<number>((sum, one) => sum + one!, 0);
  } finally {
    telemetry.close();
  }
}
