import type { CounterSpec } from "./metric-spec.js";
import type { CounterHandle } from "./instruments.js";
import type { FamilySnapshot } from "./snapshot.js";

/** Metrics from elsewhere that are shown after our own. */
export interface MetricSource {
  /** At each reading. One that throws, or takes more than five seconds, is left out of that reading and counted. */
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

/** Half of the time that Prometheus gives a scrape by default. */
const LONGEST_MS = 5000;

async function collectInTime(source: MetricSource): Promise<readonly FamilySnapshot[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("Expected the metrics of a source in time.")), LONGEST_MS);
  });
  try {
    return await Promise.race([Promise.resolve(source.collect()), late]);
  } finally {
    clearTimeout(timer);
  }
}

export class MetricSources {
  private readonly sources = new Set<MetricSource>();
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

  /** Never rejects: what one source lacks must not cost the others. */
  async collect(): Promise<FamilySnapshot[]> {
    const collected = await Promise.all(Array.from(this.sources, (source) => this.collectFrom(source)));
    return collected.flat();
  }

  private async collectFrom(source: MetricSource): Promise<readonly FamilySnapshot[]> {
    try {
      return await collectInTime(source);
    } catch {
      this.failures?.inc();
      return [];
    }
  }
}
