import { TelemetryError } from "./errors.js";

/**
 * What a label's values may be: a closed list, whatever the operator configures, or whatever clients send.
 * Values outside a closed list are refused; the other two are bounded by `maxSeries`.
 */
export type LabelDomain = readonly string[] | "configured" | "open";

interface MetricBase {
  readonly help: string;
  readonly labels: Readonly<Record<string, LabelDomain>>;
  /** Label sets beyond this many share one series whose label values are all "overflow". Default 1000. */
  readonly maxSeries?: number;
}

export interface CounterSpec extends MetricBase {
  readonly type: "counter";
  readonly name: `${string}_total`;
  readonly bounds?: never;
}

export interface GaugeSpec extends MetricBase {
  readonly type: "gauge";
  readonly name: string;
  readonly bounds?: never;
}

export interface HistogramSpec extends MetricBase {
  readonly type: "histogram";
  readonly name: string;
  /** Inclusive upper bounds of the buckets, increasing and finite; the bucket to +Inf is added. */
  readonly bounds: readonly number[];
}

export type MetricSpec = CounterSpec | GaugeSpec | HistogramSpec;
export type CatalogSpec = Readonly<Record<string, MetricSpec>>;

/** A validated catalog; only `defineCatalog` makes one. */
export class Catalog<C extends CatalogSpec> {
  /** @internal */
  constructor(readonly metrics: C) {}
}

/** The spec behind a catalog, e.g. `Telemetry<SpecOf<typeof catalog>>`. */
export type SpecOf<T> = T extends Catalog<infer C> ? C : never;

/** The argument of `labels()`: a closed list allows its members, any other domain any string. */
export type LabelValues<M extends MetricSpec> = [keyof M["labels"]] extends [never]
  ? Readonly<Record<string, never>>
  : { readonly [L in keyof M["labels"]]: M["labels"][L] extends readonly (infer V)[] ? V : string };

export const DEFAULT_MAX_SERIES = 1000;

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const HISTOGRAM_SUFFIXES = ["_bucket", "_count", "_sum"];
const TYPES: readonly string[] = ["counter", "gauge", "histogram"] satisfies MetricSpec["type"][];
const DOMAINS: readonly string[] = ["configured", "open"] satisfies LabelDomain[];

function fail(key: string, field: string, expected: string, received: unknown): never {
  const got = typeof received === "string" ? JSON.stringify(received) : String(received);
  throw new TelemetryError(
    "invalid_catalog",
    `Expected ${expected} for ${key}.${field} but received ${got}.`,
  );
}

function checkName(key: string, { type, name }: MetricSpec): void {
  if (!TYPES.includes(type)) fail(key, "type", "counter, gauge or histogram", type);
  if (!METRIC_NAME.test(name)) fail(key, "name", "a Prometheus metric name", name);
  if (name.endsWith("_total") !== (type === "counter"))
    fail(key, "name", type === "counter" ? "a name ending in _total" : "a name not ending in _total", name);
  const suffix = HISTOGRAM_SUFFIXES.find((s) => name.endsWith(s));
  if (suffix !== undefined) fail(key, "name", `a name not ending in ${suffix}`, name);
}

function checkLabels(key: string, { type, labels }: MetricSpec): void {
  for (const [label, domain] of Object.entries(labels)) {
    if (!LABEL_NAME.test(label)) fail(key, "labels", "Prometheus label names", label);
    if (type === "histogram" && label === "le") fail(key, "labels", "no label le, which buckets use", label);
    if (typeof domain === "string") {
      if (!DOMAINS.includes(domain))
        fail(key, `labels.${label}`, 'a list of values, "configured" or "open"', domain);
    } else if (domain.length === 0 || new Set(domain).size !== domain.length)
      fail(key, `labels.${label}`, "distinct values", `[${domain.join(", ")}]`);
  }
}

function checkBounds(key: string, metric: MetricSpec): void {
  if (metric.type !== "histogram") return;
  const { bounds } = metric;
  const increasing = bounds.every((b, i) => Number.isFinite(b) && (i === 0 || b > bounds[i - 1]!));
  if (bounds.length === 0 || !increasing)
    fail(key, "bounds", "finite, strictly increasing numbers", `[${bounds.join(", ")}]`);
}

function checkMetric(key: string, metric: MetricSpec): void {
  checkName(key, metric);
  if (metric.help.trim() === "") fail(key, "help", "a sentence", metric.help);
  checkLabels(key, metric);
  checkBounds(key, metric);
  const { maxSeries = DEFAULT_MAX_SERIES } = metric;
  if (!Number.isInteger(maxSeries) || maxSeries < 1 || maxSeries > 2 ** 31)
    fail(key, "maxSeries", "a positive integer", maxSeries);
}

/**
 * Declares the metrics that a program records. All names, labels and bounds are checked here, once, so that
 * neither opening the telemetry nor recording can fail on them.
 * @throws TelemetryError `invalid_catalog`, naming the entry and the field.
 */
export function defineCatalog<const C extends CatalogSpec>(spec: C): Catalog<C> {
  const names = new Map<string, string>();
  for (const [key, metric] of Object.entries(spec)) {
    checkMetric(key, metric);
    const other = names.get(metric.name);
    if (other !== undefined) fail(key, "name", `a name not taken by ${other}`, metric.name);
    names.set(metric.name, key);
  }
  return new Catalog(spec);
}
