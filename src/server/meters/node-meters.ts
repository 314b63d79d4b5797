import { availableParallelism, cpus, freemem, totalmem } from "node:os";
import type { CounterHandle, ViewSpec } from "../../telemetry/index.js";
import { now, type ServerTelemetry } from "../meters.js";
import type { ServedModel } from "../models/served-model.js";
import { COMMIT, LLAMA_CPP, VERSION } from "../package-info.js";
import type { Settings } from "../settings.js";

const MS_A_SECOND = 1000;

/** The GPUs' free memory, which a native thread writes. */
const FREE_GPU_MEMORY: readonly ViewSpec[] = [
  {
    name: "free",
    type: "gauge",
    help: "Free memory of all GPUs.",
    from: { metric: "tacho_gpu_memory_free_bytes", labels: {} },
  },
];

interface CpuTimes {
  /** Seconds of all cores since the machine's start. */
  busy: number;
  idle: number;
}

/** The installation and its machine. What takes a look is brought up by `tick`. */
export class NodeMeters {
  readonly #cpu: { busy: CounterHandle; idle: CounterHandle };
  #times = cpuTimes();
  #tickedAt = now();
  /** Null where no GPU is read. */
  #freeGpuMemory: number | null = null;

  constructor(
    private readonly telemetry: ServerTelemetry,
    settings: Pick<Settings, "nodeId" | "environment" | "cluster">,
    private readonly models: readonly ServedModel[],
  ) {
    const { metrics } = telemetry;
    this.#cpu = {
      busy: metrics.nodeCpu.labels({ mode: "busy" }),
      idle: metrics.nodeCpu.labels({ mode: "idle" }),
    };
    const { nodeId: node, environment, cluster } = settings;
    metrics.buildInfo.labels({ version: VERSION, commit: COMMIT, llama_cpp: LLAMA_CPP }).show();
    metrics.nodeInfo.labels({ node, environment, cluster }).show();
    metrics.startTime.labels({}).set(Date.now() / MS_A_SECOND - process.uptime());
    metrics.uptime.labels({}).from(() => process.uptime());
    metrics.nodeCores.labels({}).set(availableParallelism());
    metrics.nodeMemory.labels({ state: "used" }).from(() => totalmem() - freemem());
    metrics.nodeMemory.labels({ state: "free" }).from(freemem);
    metrics.layersCapacity.labels({}).from(() => this.#layersCapacity());
  }

  /** To be called every second or so. */
  tick(): void {
    this.#bringUpCpu();
    this.#bringUpGpus();
    if (this.#onGpu().length > 0) void this.#readGpuMemory();
  }

  #bringUpCpu(): void {
    const times = cpuTimes();
    this.#cpu.busy.inc(times.busy - this.#times.busy);
    this.#cpu.idle.inc(times.idle - this.#times.idle);
    this.#times = times;
  }

  #bringUpGpus(): void {
    const at = now();
    for (const model of this.#onGpu()) {
      const gpu = model.info!.device;
      this.telemetry.metrics.gpuHeld.labels({ model: model.id, gpu }).inc(at - this.#tickedAt);
    }
    this.#tickedAt = at;
  }

  #onGpu(): ServedModel[] {
    return this.models.filter(({ isLoaded, info }) => isLoaded && info!.backend !== "cpu");
  }

  async #readGpuMemory(): Promise<void> {
    try {
      const { free } = await this.telemetry.snapshot({ views: FREE_GPU_MEMORY, sources: false });
      const [series] = free?.series ?? [];
      this.#freeGpuMemory = series && "value" in series ? series.value : null;
    } catch {
      // The telemetry is closed: nobody asks any more.
    }
  }

  /** NaN, which is not shown, until the first model has been loaded. */
  #layersCapacity(): number {
    const { info } = this.models[0]!;
    if (!info || !(info.layers > 0)) return NaN;
    const free = this.#freeGpuMemory ?? freemem();
    return Math.floor(free / (info.sizeBytes / info.layers));
  }
}

function cpuTimes(): CpuTimes {
  const sum = { busy: 0, idle: 0 };
  for (const { times } of cpus()) {
    sum.busy += (times.user + times.nice + times.sys + times.irq) / MS_A_SECOND;
    sum.idle += times.idle / MS_A_SECOND;
  }
  return sum;
}
