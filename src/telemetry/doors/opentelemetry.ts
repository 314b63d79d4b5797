import type { HrTime, ValueType } from "@opentelemetry/api";
import type {
  AggregationTemporality,
  CollectionResult,
  DataPoint,
  DataPointType,
  ExponentialHistogramMetricData,
  HistogramMetricData,
  MetricData,
  MetricProducer,
} from "@opentelemetry/sdk-metrics";
import type { CatalogSpec } from "../catalog.js";
import type {
  FamilySnapshot,
  HistogramSeries,
  ScalarSeries,
  Snapshot,
  StateSetSeries,
  SummarySeries,
} from "../reading/snapshot.js";
import type { Telemetry } from "../telemetry.js";
import { ucumOf } from "./ucum.js";

/** The SDK's enumerations, none of whose code is imported. */
interface SdkNumbers {
  double: ValueType.DOUBLE;
  cumulative: AggregationTemporality.CUMULATIVE;
  histogram: DataPointType.HISTOGRAM;
  exponentialHistogram: DataPointType.EXPONENTIAL_HISTOGRAM;
  gauge: DataPointType.GAUGE;
  sum: DataPointType.SUM;
}

const NUMBERS: Readonly<Record<keyof SdkNumbers, number>> = {
  double: 1,
  cumulative: 1,
  histogram: 0,
  exponentialHistogram: 1,
  gauge: 2,
  sum: 3,
};
/** @internal */
export const SDK = NUMBERS as unknown as SdkNumbers;

type Resource = CollectionResult["resourceMetrics"]["resource"];
type Scope = CollectionResult["resourceMetrics"]["scopeMetrics"][number]["scope"];
type Explicit = HistogramMetricData["dataPoints"][number]["value"];
type Exponential = ExponentialHistogramMetricData["dataPoints"][number]["value"];

export interface ProducerOptions {
  /** Only for who collects without a `MetricReader`, which puts its own in place of it. Default: an empty one. */
  resource?: Resource;
  /** Default: the name `tacho`. */
  scope?: Scope;
}

const EMPTY_RESOURCE: Resource = {
  attributes: {},
  merge: (other) => other ?? EMPTY_RESOURCE,
  getRawAttributes: () => [],
};

function hrTime(unixSeconds: number): HrTime {
  const microseconds = Math.round(unixSeconds * 1e6);
  const seconds = Math.floor(microseconds / 1e6);
  return [seconds, (microseconds - seconds * 1e6) * 1e3];
}

/** What began to count at an unknown time did so in this process, as prom-client's metrics do. */
const PROCESS_START = performance.timeOrigin / 1000;

interface AnySeries {
  labels: Record<string, string>;
  created?: number;
}

function pointOf<Value>({ labels, created }: AnySeries, value: Value, endTime: HrTime): DataPoint<Value> {
  return { startTime: hrTime(created ?? PROCESS_START), endTime, attributes: labels, value };
}

function explicitOf({ count, sum, buckets }: HistogramSeries): Explicit {
  const counts = buckets.map((bucket, i) => bucket.count - (buckets[i - 1]?.count ?? 0));
  return { count, sum, buckets: { boundaries: buckets.slice(0, -1).map(({ le }) => le), counts } };
}

/** The bucket that Prometheus numbers by its upper bound is numbered here by its lower one. */
function exponentialOf({ count, sum, native }: HistogramSeries): Exponential {
  const { schema, zeroCount, offset, counts } = native!;
  return {
    count,
    sum,
    scale: schema,
    zeroCount,
    positive: { offset: offset - 1, bucketCounts: counts },
    negative: { offset: 0, bucketCounts: [] },
  };
}

/** A summary's quantiles have no place in the SDK's data: what remains is a histogram of one bucket. */
function totalsOf({ count, sum }: SummarySeries): Explicit {
  return { count, sum, buckets: { boundaries: [], counts: [count] } };
}

function stateSeries(name: string, { labels, states }: StateSetSeries): ScalarSeries[] {
  const entries = Object.entries(states);
  return entries.map(([state, isOn]) => ({ labels: { ...labels, [name]: state }, value: isOn ? 1 : 0 }));
}

function headOf({
  name,
  help,
  unit,
}: FamilySnapshot): Pick<MetricData, "descriptor" | "aggregationTemporality"> {
  const descriptor = { name, description: help, unit: ucumOf(unit), valueType: SDK.double };
  return { descriptor, aggregationTemporality: SDK.cumulative };
}

function histogramOf(family: FamilySnapshot & { type: "histogram" }, end: HrTime): MetricData {
  const { series } = family;
  const points = <Value>(valueOf: (one: HistogramSeries) => Value) =>
    series.map((one) => pointOf(one, valueOf(one), end));
  if (series[0]?.native === undefined)
    return { ...headOf(family), dataPointType: SDK.histogram, dataPoints: points(explicitOf) };
  const dataPoints = points(exponentialOf);
  return { ...headOf(family), dataPointType: SDK.exponentialHistogram, dataPoints };
}

/** As OpenTelemetry's rules for Prometheus have it: infos and state sets are sums, since adding them up counts. */
function metricOf(family: FamilySnapshot, end: HrTime): MetricData {
  const head = headOf(family);
  const scalars = (series: readonly ScalarSeries[]) => series.map((one) => pointOf(one, one.value, end));
  switch (family.type) {
    case "counter":
    case "info": {
      const isMonotonic = family.type === "counter";
      return { ...head, dataPointType: SDK.sum, isMonotonic, dataPoints: scalars(family.series) };
    }
    case "stateset": {
      const series = family.series.flatMap((one) => stateSeries(family.name, one));
      return { ...head, dataPointType: SDK.sum, isMonotonic: false, dataPoints: scalars(series) };
    }
    case "histogram":
      return histogramOf(family, end);
    case "summary": {
      const dataPoints = family.series.map((one) => pointOf(one, totalsOf(one), end));
      return { ...head, dataPointType: SDK.histogram, dataPoints };
    }
    default:
      return { ...head, dataPointType: SDK.gauge, dataPoints: scalars(family.series) };
  }
}

function metricsOf(snapshot: Snapshot): MetricData[] {
  const end = hrTime(Date.now() / 1000);
  const filled = Object.values(snapshot).filter(({ series }) => series.length > 0);
  return filled.map((family) => metricOf(family, end));
}

/**
 * Our metrics for a `MetricReader` of @opentelemetry/sdk-metrics 2 or 3, in its option `metricProducers`. Names
 * stay as they are, units become UCUM's; all is cumulative. Exemplars are left out: the SDK's data has no place
 * for them. A failure is among the result's `errors`, so that it costs no other producer's metrics.
 */
export function metricProducer(
  telemetry: Pick<Telemetry<CatalogSpec>, "snapshot">,
  { resource = EMPTY_RESOURCE, scope = { name: "tacho" } }: ProducerOptions = {},
): MetricProducer {
  const result = (metrics: MetricData[], errors: unknown[]): CollectionResult => ({
    resourceMetrics: { resource, scopeMetrics: metrics.length === 0 ? [] : [{ scope, metrics }] },
    errors,
  });
  return {
    collect: () =>
      telemetry.snapshot().then(
        (snapshot) => result(metricsOf(snapshot), []),
        (error: unknown) => result([], [error]),
      ),
  };
}
