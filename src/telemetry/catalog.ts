import { TelemetryError } from "./errors.js";
import {
  DEFAULT_MAX_SERIES,
  DEFAULT_SCHEMA,
  type GaugeMode,
  type LabelDomain,
  type MetricSpec,
  type MetricType,
} from "./metric-spec.js";
import { nativeBounds } from "./instruments/native-buckets.js";

export type CatalogSpec = Readonly<Record<string, MetricSpec>>;

/** A validated catalog; only `defineCatalog` makes one. */
export class Catalog<C extends CatalogSpec> {
  /** @internal */
  constructor(readonly metrics: C) {}
}

/** Lets no field compile that a metric's type does not have: misspelt ones would be inferred as part of `C`. */
type KnownFields<C extends CatalogSpec> = {
  readonly [K in keyof C]: {
    readonly [F in Exclude<keyof C[K], keyof Extract<MetricSpec, { type: C[K]["type"] }>>]: never;
  };
};

/** The spec behind a catalog, e.g. `Telemetry<SpecOf<typeof catalog>>`. */
export type SpecOf<T> = T extends Catalog<infer C> ? C : never;

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Endings of a name: the one its type asks for, and those that the lines of another type would collide with. */
const SUFFIX_OF: Partial<Record<MetricType, string>> = { counter: "_total", info: "_info" };
const RESERVED_SUFFIXES = ["_total", "_info", "_created", "_bucket", "_count", "_sum"];
/** Made by the renderer, of what every metric had no room for. */
const OVERFLOW_COUNTER = "tacho_telemetry_series_overflowed_total";

const COMMON_FIELDS = ["type", "name", "help", "labels", "unit", "maxSeries"];
const OWN_FIELDS: Readonly<Record<MetricType, readonly string[]>> = {
  counter: ["exemplars"],
  gauge: ["mode"],
  histogram: ["bounds", "shown", "exemplars"],
  nativeHistogram: ["range", "schema", "exemplars"],
  info: [],
  stateset: ["states"],
};
const GAUGE_MODES: readonly string[] = ["sum", "last", "high-water", "function"] satisfies GaugeMode[];
const DOMAINS: readonly string[] = ["configured", "open"] satisfies LabelDomain[];

function fail(key: string, field: string, expected: string, received: unknown): never {
  const got = typeof received === "string" ? JSON.stringify(received) : String(received);
  throw new TelemetryError(
    "invalid_catalog",
    `Expected ${expected} for ${key}.${field} but received ${got}.`,
  );
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function isListOf(type: "string" | "number", value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === type);
}

/** A misspelt option would be one that never works. */
function checkFields(key: string, metric: MetricSpec): void {
  if (!isObject(metric)) fail("the catalog", key, "a metric", metric);
  const { type } = metric;
  if (!Object.hasOwn(OWN_FIELDS, type))
    fail(key, "type", `one of ${Object.keys(OWN_FIELDS).join(", ")}`, type);
  const fields = [...COMMON_FIELDS, ...OWN_FIELDS[type]];
  for (const [field, value] of Object.entries(metric))
    if (!fields.includes(field)) fail(key, field, `no field but ${fields.join(", ")}`, value);
}

function checkName(key: string, { type, name }: MetricSpec): void {
  if (typeof name !== "string" || !METRIC_NAME.test(name))
    fail(key, "name", "a Prometheus metric name", name);
  const suffix = SUFFIX_OF[type];
  if (suffix !== undefined && (!name.endsWith(suffix) || name === suffix))
    fail(key, "name", `a name ending in ${suffix}`, name);
  const reserved = RESERVED_SUFFIXES.find((s) => s !== suffix && name.endsWith(s));
  if (reserved !== undefined) fail(key, "name", `a name not ending in ${reserved}`, name);
  if (name === OVERFLOW_COUNTER) fail(key, "name", "a name that the telemetry itself does not use", name);
  if (type === "stateset" && !LABEL_NAME.test(name))
    fail(key, "name", "a name that its states' label can have", name);
}

function checkUnit(key: string, { type, name, unit }: MetricSpec): void {
  if (unit === undefined) return;
  if (type === "info" || type === "stateset") fail(key, "unit", `no unit on type ${type}`, unit);
  const base = name.replace(/_total$/, "");
  if (typeof unit !== "string" || !/^[a-zA-Z0-9_:]+$/.test(unit) || !base.endsWith(`_${unit}`))
    fail(key, "unit", `the last word of the name ${name}`, unit);
}

function isOneLine(text: unknown): boolean {
  return typeof text === "string" && text.trim() !== "" && !LONE_SURROGATE.test(text);
}

/** Labels that a type's own lines use. */
function reservedLabels({ type, name }: MetricSpec): string[] {
  if (type === "histogram" || type === "nativeHistogram") return ["le"];
  return type === "stateset" ? [name] : [];
}

function checkLabels(key: string, metric: MetricSpec): void {
  if (!isObject(metric.labels)) fail(key, "labels", "an object of label names, {} for none,", metric.labels);
  const reserved = reservedLabels(metric);
  for (const [label, domain] of Object.entries(metric.labels)) {
    if (!LABEL_NAME.test(label)) fail(key, "labels", "Prometheus label names", label);
    if (reserved.includes(label)) fail(key, "labels", `no label ${label}, which its own lines use`, label);
    if (typeof domain !== "string" && isListOf("string", domain)) checkTexts(key, `labels.${label}`, domain);
    else if (!DOMAINS.includes(domain as string))
      fail(key, `labels.${label}`, 'a list of texts, "configured" or "open"', domain);
  }
}

function checkTexts(key: string, field: string, texts: readonly string[]): void {
  if (!isListOf("string", texts)) fail(key, field, "a list of texts", texts);
  if (!texts.every((text) => !LONE_SURROGATE.test(text))) fail(key, field, "Unicode text", texts.join(", "));
  if (texts.length === 0 || new Set(texts).size !== texts.length)
    fail(key, field, "distinct values", `[${texts.join(", ")}]`);
}

function checkBounds(key: string, field: string, bounds: readonly number[]): void {
  if (!isListOf("number", bounds)) fail(key, field, "a list of numbers", bounds);
  const increasing = bounds.every((b, i) => Number.isFinite(b) && (i === 0 || b > bounds[i - 1]!));
  if (bounds.length === 0 || !increasing)
    fail(key, field, "finite, strictly increasing numbers", `[${bounds.join(", ")}]`);
}

function checkShown(
  key: string,
  { bounds, shown }: { bounds: readonly number[]; shown?: readonly number[] },
): void {
  if (shown === undefined) return;
  checkBounds(key, "shown", shown);
  if (!shown.every((bound) => bounds.includes(bound)))
    fail(key, "shown", "only numbers of bounds", `[${shown.join(", ")}]`);
}

function checkNativeBuckets(key: string, metric: MetricSpec & { type: "nativeHistogram" }): void {
  const { range, schema = DEFAULT_SCHEMA } = metric;
  if (!Number.isInteger(schema) || schema < -4 || schema > 8)
    fail(key, "schema", "an integer from -4 to 8", schema);
  if (!isListOf("number", range) || (range as readonly number[]).length !== 2)
    fail(key, "range", "[least, most]", range);
  const [least, most] = range;
  if (!(least > 0 && most > least && most < Infinity))
    fail(key, "range", "[least, most] with 0 < least < most", `[${range.join(", ")}]`);
  if (nativeBounds(metric).length === 0)
    fail(
      key,
      "range",
      "at most 4096 buckets with bounds that a number can hold",
      `[${range.join(", ")}] with schema ${schema}`,
    );
}

function checkShape(key: string, metric: MetricSpec): void {
  if (metric.type === "histogram") {
    checkBounds(key, "bounds", metric.bounds);
    checkShown(key, metric);
  }
  if (metric.type === "nativeHistogram") checkNativeBuckets(key, metric);
  if (metric.type === "stateset") checkTexts(key, "states", metric.states);
  if (metric.type === "gauge" && !GAUGE_MODES.includes(metric.mode ?? "sum"))
    fail(key, "mode", `one of ${GAUGE_MODES.join(", ")}`, metric.mode);
}

function checkMetric(key: string, metric: MetricSpec): void {
  checkFields(key, metric);
  checkName(key, metric);
  checkUnit(key, metric);
  if (!isOneLine(metric.help)) fail(key, "help", "a sentence", metric.help);
  checkLabels(key, metric);
  checkShape(key, metric);
  if ("exemplars" in metric && typeof (metric.exemplars ?? false) !== "boolean")
    fail(key, "exemplars", "true or false", metric.exemplars);
  const { maxSeries = DEFAULT_MAX_SERIES } = metric;
  if (!Number.isInteger(maxSeries) || maxSeries < 1 || maxSeries > 2 ** 31)
    fail(key, "maxSeries", "a positive integer", maxSeries);
}

/**
 * Declares the metrics that a program records. All names, labels and bounds are checked here, once, so that
 * neither opening the telemetry nor recording can fail on them.
 * @throws TelemetryError `invalid_catalog`, naming the entry and the field.
 */
export function defineCatalog<const C extends CatalogSpec>(spec: C & KnownFields<C>): Catalog<C> {
  if (!isObject(spec))
    throw new TelemetryError(
      "invalid_catalog",
      `Expected an object of metrics but received ${String(spec)}.`,
    );
  const names = new Map<string, string>();
  for (const [key, metric] of Object.entries(spec)) {
    checkMetric(key, metric);
    const other = names.get(metric.name);
    if (other !== undefined) fail(key, "name", `a name not taken by ${other}`, metric.name);
    names.set(metric.name, key);
  }
  return new Catalog(spec);
}

/** For programs that no compiler has seen. @internal */
export function checkCatalog(catalog: unknown): void {
  if (catalog instanceof Catalog) return;
  throw new TelemetryError(
    "invalid_catalog",
    `Expected what defineCatalog returns for the catalog but received ${String(catalog)}.`,
  );
}
