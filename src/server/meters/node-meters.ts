import { availableParallelism, freemem, totalmem } from "node:os";
import type { CounterHandle, InfoHandle, ViewSpec } from "../../telemetry/index.js";
import { now, type ServerTelemetry } from "../meters.js";
import type { ServedModel } from "../models/served-model.js";
import { COMMIT, LLAMA_CPP, VERSION } from "../package-info.js";
import type { Settings } from "../settings.js";
import { cpuTimes, type CpuTimes } from "./cpu-times.js";

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

const memory = () => ({ total: totalmem(), free: freemem() });

/** The installation and its machine. What takes a look is brought up by `tick`. */
export class NodeMeters {
  readonly #cpu: { busy: CounterHandle; idle: CounterHandle };
  #build: InfoHandle;
  #libraries = "";
  /** Bytes. Looked up by `tick`: the kernel writes a whole file for each look. */
  #memory = memory();
  /** When they were brought up last; null before. */
  #times: CpuTimes | null = null;
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
    this.#build = this.#showBuild("");
    metrics.nodeInfo.labels({ node, environment, cluster }).show();
    metrics.startTime.labels({}).set(Date.now() / MS_A_SECOND - process.uptime());
    metrics.uptime.labels({}).from(() => process.uptime());
    metrics.nodeCores.labels({}).set(availableParallelism());
    metrics.nodeMemory.labels({ state: "used" }).from(() => this.#memory.total - this.#memory.free);
    metrics.nodeMemory.labels({ state: "free" }).from(() => this.#memory.free);
    for (const state of ["starting", "offline", "online", "busy"] as const)
      metrics.nodeState.labels({ state }).from(() => (this.#state() === state ? 1 : 0));
    metrics.layersCapacity.labels({}).from(() => this.#layersCapacity());
  }

  /** @param libraries Where llama.cpp's libraries come from; "" until a model was loaded. */
  showLibraries(libraries: string): void {
    if (libraries === this.#libraries) return;
    const before = this.#build;
    this.#build = this.#showBuild(libraries);
    this.#libraries = libraries;
    // Last: a scrape between finds both rather than none.
    before.hide();
  }

  #showBuild(libraries: string): InfoHandle {
    const versions = { version: VERSION, commit: COMMIT, llama_cpp: LLAMA_CPP };
    const build = this.telemetry.metrics.buildInfo.labels({ ...versions, libraries });
    build.show();
    return build;
  }

  /** To be called every second or so. */
  tick(): void {
    void this.#bringUpCpu();
    this.#memory = memory();
    this.#bringUpGpus();
    if (this.#onGpu().length > 0) void this.#readGpuMemory();
  }

  async #bringUpCpu(): Promise<void> {
    const times = await cpuTimes();
    const before = this.#times ?? times;
    this.#times = times;
    // Readings that overlap, and a kernel that corrects itself, may go back.
    this.#cpu.busy.inc(Math.max(0, times.busy - before.busy));
    this.#cpu.idle.inc(Math.max(0, times.idle - before.idle));
  }

  #bringUpGpus(): void {
    const at = now();
    for (const { id, info } of this.#onGpu())
      for (const gpu of info!.gpus)
        this.telemetry.metrics.gpuHeld.labels({ model: id, gpu: String(gpu) }).inc(at - this.#tickedAt);
    this.#tickedAt = at;
  }

  #onGpu(): ServedModel[] {
    return this.models.filter(({ isLoaded, info }) => isLoaded && info!.gpus.length > 0);
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

  #state(): "starting" | "offline" | "online" | "busy" {
    const ready = this.models.filter(({ state }) => state === "loaded");
    if (ready.length === 0) return this.models.some(({ info }) => info) ? "offline" : "starting";
    const isBusy = ready.every(({ admission, info }) => admission.running >= info!.slots);
    return isBusy ? "busy" : "online";
  }

  /** NaN, which is not shown, until the first model has been loaded. */
  #layersCapacity(): number {
    const { info } = this.models[0]!;
    if (!info || !(info.layers > 0)) return NaN;
    const free = this.#freeGpuMemory ?? this.#memory.free;
    return Math.floor(free / (info.sizeBytes / info.layers));
  }
}
