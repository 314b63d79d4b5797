import { TelemetryError } from "../errors.js";
import type { CounterHandle } from "../instruments/instruments.js";
import type { CounterSpec } from "../metric-spec.js";
import type { FamilySnapshot } from "./snapshot.js";

/** Metrics from elsewhere that are shown after our own. */
export interface MetricSource {
  /**
   * At each reading. One that fails, or takes more than five seconds, is left out of that reading
   * and counted; a warning of the process says why, once.
   */
  collect(): Promise<readonly FamilySnapshot[]> | readonly FamilySnapshot[];
}

/** Registered with the first source. */
export const SOURCE_METRICS = {
  sourceFailures: {
    type: "counter",
    name: "tacho_telemetry_source_failures_total",
    help: "Readings that lack the metrics of a source, because it failed or took too long.",
    labels: {},
  },
} as const satisfies Record<string, CounterSpec>;

interface Collected {
  source: MetricSource;
  families: readonly FamilySnapshot[];
}

type Render<T> = (foreign: readonly FamilySnapshot[]) => Promise<T>;

function isInvalidSource(error: unknown): boolean {
  return error instanceof TelemetryError && error.code === "invalid_source";
}

/** Half of the time that Prometheus gives a scrape by default. */
const LONGEST_MS = 5000;

async function collectInTime(source: MetricSource): Promise<readonly FamilySnapshot[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Expected the metrics of a source in time.")), LONGEST_MS);
  });
  try {
    const families: unknown = await Promise.race([Promise.resolve(source.collect()), late]);
    if (!Array.isArray(families)) throw new Error("Expected an array of families from a source.");
    return families as FamilySnapshot[];
  } finally {
    clearTimeout(timer);
  }
}

export class MetricSources {
  private readonly sources = new Set<MetricSource>();
  private readonly warnedOf = new WeakSet<MetricSource>();
  private failures: CounterHandle | undefined;

  /** @param countFailures registers `SOURCE_METRICS` */
  constructor(private readonly countFailures: () => CounterHandle) {}

  get areThere(): boolean {
    return this.sources.size > 0;
  }

  add(source: MetricSource): () => void {
    this.failures ??= this.countFailures();
    this.sources.add(source);
    return () => void this.sources.delete(source);
  }

  /**
   * Hands what the sources collect to `render`. What one of them lacks, or gives in no shape that can be rendered,
   * must not cost the others: it is left out.
   */
  async renderWith<T>(render: Render<T>): Promise<T> {
    const collecting = Array.from(this.sources, (source) => this.collectFrom(source));
    const collected = await Promise.all(collecting);
    try {
      return await render(collected.flatMap(({ families }) => families));
    } catch (error) {
      if (!isInvalidSource(error)) throw error;
      return render(await this.soundOf(collected, render));
    }
  }

  private async collectFrom(source: MetricSource): Promise<Collected> {
    try {
      return { source, families: await collectInTime(source) };
    } catch (error) {
      this.leaveOut(source, error);
      return { source, families: [] };
    }
  }

  private async soundOf<T>(collected: readonly Collected[], render: Render<T>): Promise<FamilySnapshot[]> {
    const sound: FamilySnapshot[] = [];
    for (const { source, families } of collected)
      try {
        await render(families);
        sound.push(...families);
      } catch (error) {
        this.leaveOut(source, error);
      }
    return sound;
  }

  /** Counts each time, and says why once: a scrape has nobody else to tell. */
  private leaveOut(source: MetricSource, error: unknown): void {
    this.failures?.inc();
    if (this.warnedOf.has(source)) return;
    this.warnedOf.add(source);
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`A metric source is left out of what is shown: ${reason}`, "TachoTelemetryWarning");
  }
}
