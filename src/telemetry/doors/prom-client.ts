import type { Metric, Registry, RegistryContentType } from "prom-client";
import type { CatalogSpec } from "../catalog.js";
import type { MetricSource } from "../reading/metric-sources.js";
import { familyOf, promValuesOf, type PromMetric } from "./prom-client-metric.js";
import type { FamilySnapshot, FamilyType, Snapshot } from "../reading/snapshot.js";
import type { Telemetry } from "../telemetry.js";

type AnyRegistry = Registry<RegistryContentType>;

function isOpenMetrics({ contentType }: AnyRegistry): boolean {
  return contentType.startsWith("application/openmetrics-text");
}

/** prom-client writes a type as it is given, and text 0.0.4 knows five. */
const TEXT_TYPES: Readonly<Record<FamilyType, string>> = {
  counter: "counter",
  gauge: "gauge",
  histogram: "histogram",
  summary: "summary",
  info: "gauge",
  stateset: "gauge",
  unknown: "untyped",
};

function typeIn(registry: AnyRegistry, type: FamilyType): string {
  return type === "unknown" && isOpenMetrics(registry) ? type : TEXT_TYPES[type];
}

/** One of our families as a registry sees it. */
class ShownFamily {
  /** Written by an OpenMetrics registry, which takes `_total` off. */
  name: string;
  readonly help: string;
  readonly type: string;

  constructor(
    private readonly family: FamilySnapshot,
    private readonly registry: AnyRegistry,
    private readonly snapshot: () => Promise<Snapshot>,
    readonly aggregator: PromMetric["aggregator"],
  ) {
    this.name = family.name;
    this.help = family.help;
    this.type = typeIn(registry, family.type);
  }

  async get(): Promise<PromMetric> {
    const { name } = this.family;
    // Ours being closed must not cost the registry its own metrics.
    const families: Snapshot = await this.snapshot().catch(() => ({}));
    const family = families[name];
    const isStripped = this.type === "counter" && isOpenMetrics(this.registry);
    return {
      name: isStripped ? name.replace(/_total$/, "") : name,
      help: this.help,
      type: this.type,
      values: family === undefined ? [] : promValuesOf(family),
      aggregator: this.aggregator,
    };
  }

  /** For `resetMetrics()`: our totals never go back. */
  reset(): void {
    return;
  }
}

/** A registry asks all its metrics in one go, before any of them answers: they share what is run first. */
function onceAGo<T>(run: () => Promise<T>): () => Promise<T> {
  let current: Promise<T> | undefined;
  return () => {
    if (current === undefined) queueMicrotask(() => (current = undefined));
    return (current ??= run());
  };
}

/**
 * Shows our metrics in a registry of prom-client 15: those there are once the promise is fulfilled, and others,
 * such as those of `extend` or another process, from the reading after the one that found them. Names that the
 * registry has already stay its own; what our sources collect is left out, since it may come from there. Native
 * histograms appear with buckets at powers of two.
 * @returns takes them away again
 */
export async function showInRegistry(
  telemetry: Pick<Telemetry<CatalogSpec>, "path" | "snapshot">,
  registry: AnyRegistry,
): Promise<() => void> {
  // All processes of a cluster that share a segment show the same totals, which must not be added up again.
  const aggregator = telemetry.path === null ? "sum" : "first";
  const shown = new Map<string, ShownFamily>();
  let isOver = false;

  const show = (family: FamilySnapshot) => {
    if (isOver || shown.has(family.name) || registry.getSingleMetric(family.name) !== undefined) return;
    const metric = new ShownFamily(family, registry, snapshot, aggregator);
    shown.set(family.name, metric);
    registry.registerMetric(metric as unknown as Metric);
  };
  const snapshot = onceAGo(async () => {
    const families = await telemetry.snapshot({ sources: false });
    Object.values(families).forEach(show);
    return families;
  });

  await snapshot();
  return () => {
    isOver = true;
    for (const [name, metric] of shown)
      if ((registry.getSingleMetric(name) as unknown) === metric) registry.removeSingleMetric(name);
  };
}

/** What a registry has of its own. Asked through this, it also adds its default labels. */
function withoutOurs(registry: AnyRegistry): AnyRegistry {
  const getMetricsAsArray = () =>
    registry.getMetricsAsArray().filter((metric) => !((metric as unknown) instanceof ShownFamily));
  return Object.create(registry, { getMetricsAsArray: { value: getMetricsAsArray } }) as AnyRegistry;
}

/** An OpenMetrics registry takes `_total` off its counters' names, and puts it on when it writes them. */
function fullName({ name, type }: PromMetric, registry: AnyRegistry): string {
  return type === "counter" && isOpenMetrics(registry) ? name.replace(/(_total)?$/, "_total") : name;
}

/**
 * For `telemetry.addSource`: shows the metrics of a registry of prom-client 15 after ours. Of exemplars, those
 * with the ids of a trace and a span; of metrics that `showInRegistry` put there, none.
 */
export function registrySource(registry: AnyRegistry): MetricSource {
  const own = withoutOurs(registry);
  return {
    async collect() {
      const metrics = (await own.getMetricsAsJSON()) as unknown as PromMetric[];
      return metrics.map((metric) => ({ ...familyOf(metric), name: fullName(metric, registry) }));
    },
  };
}
