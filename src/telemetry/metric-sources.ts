import { TelemetryError } from "./errors.js";
import type { CounterHandle } from "./instruments.js";
import type { CounterSpec } from "./metric-spec.js";
import type { FamilySnapshot } from "./snapshot.js";

/** Metrics from elsewhere that are shown after our own. */
export interface MetricSource {
  /** At each reading. One that fails, or takes more than five seconds, is left out of that reading and counted. */
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
  private failures: CounterHandle | undefined;
  private hasWarned = false;

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
   * must not cost the others: it is left out and counted.
   */
  async renderWith<T>(render: Render<T>): Promise<T> {
    const collected = await Promise.all(Array.from(this.sources, (source) => this.collectFrom(source)));
    try {
      return await render(collected.flat());
    } catch (error) {
      if (!isInvalidSource(error)) throw error;
      return render(await this.soundOf(collected, render));
    }
  }

  private async collectFrom(source: MetricSource): Promise<readonly FamilySnapshot[]> {
    try {
      return await collectInTime(source);
    } catch (error) {
      this.leaveOut(error);
      return [];
    }
  }

  private async soundOf<T>(
    collected: readonly (readonly FamilySnapshot[])[],
    render: Render<T>,
  ): Promise<FamilySnapshot[]> {
    const sound: FamilySnapshot[] = [];
    for (const families of collected)
      try {
        await render(families);
        sound.push(...families);
      } catch (error) {
        this.leaveOut(error);
      }
    return sound;
  }

  /** Each is counted, but only the first is told of: scrapes come several times a second. */
  private leaveOut(error: unknown): void {
    this.failures?.inc();
    if (this.hasWarned) return;
    this.hasWarned = true;
    const reason = error instanceof Error ? error.message : String(error);
    process.emitWarning(`The metrics of a source are left out: ${reason}`, "TelemetryWarning");
  }
}
