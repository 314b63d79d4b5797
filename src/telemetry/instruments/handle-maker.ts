import { BucketIndex } from "./bucket-index.js";
import { ExemplarSlots, type ExemplarSource } from "./exemplar.js";
import { FunctionGauge, type FunctionGauges } from "./function-gauges.js";
import {
  Counter,
  ExemplarCounter,
  ExemplarHistogram,
  Gauge,
  HighWater,
  Histogram,
  Info,
  LastGauge,
  StateSet,
} from "./instruments.js";
import {
  DEFAULT_MAX_SERIES,
  DEFAULT_SCHEMA,
  type CounterSpec,
  type GaugeSpec,
  type HistogramSpec,
  type MetricSpec,
  type NativeHistogramSpec,
} from "../metric-spec.js";
import { nativeBounds } from "./native-buckets.js";
import type { NativeMetricSpec } from "../segment/native.js";

export type AnyHandle = Counter | FunctionGauge | Gauge | HighWater | Histogram | Info | LastGauge | StateSet;

/** What the handles of one thread share. */
export interface ThreadContext {
  readonly functionGauges: FunctionGauges;
  readonly exemplarSource: ExemplarSource;
  /** CLOCK_MONOTONIC in seconds when `performance.now()` was 0. */
  readonly clockOrigin: number;
}

/** Makes the handle of the series at `cell`. */
export type HandleMaker = (cells: Float64Array, cell: number, context: ThreadContext) => AnyHandle;

/** A native histogram's neighbouring buckets share a slot. */
const NATIVE_EXEMPLAR_SLOTS = 8;

/** What the segment is told of a metric, and how its handles are made. */
export interface MetricShape {
  native: NativeMetricSpec;
  makeHandle: HandleMaker;
}

type Differences = Partial<
  Pick<NativeMetricSpec, "bounds" | "shown" | "states" | "gaugeMode" | "schema" | "exemplarSlots">
>;

function shape(metric: MetricSpec, differences: Differences, makeHandle: HandleMaker): MetricShape {
  const { type, name, help, unit = "", labels, maxSeries = DEFAULT_MAX_SERIES } = metric;
  const common = { type, name, help, unit, labels: Object.keys(labels), maxSeries };
  const rest = { bounds: [], shown: [], states: [], gaugeMode: "sum", schema: 0, exemplarSlots: 0 } as const;
  return { native: { ...common, ...rest, ...differences }, makeHandle };
}

function counterShape(metric: CounterSpec): MetricShape {
  if (metric.exemplars !== true) return shape(metric, {}, (cells, cell) => new Counter(cells, cell));
  return shape(metric, { exemplarSlots: 1 }, (cells, cell, { exemplarSource }) => {
    const slots = new ExemplarSlots(cells, cell + 1, 1);
    return new ExemplarCounter(cells, cell, slots, exemplarSource);
  });
}

function gaugeShape(metric: GaugeSpec): MetricShape {
  switch (metric.mode ?? "sum") {
    case "sum":
      return shape(metric, {}, (cells, cell) => new Gauge(cells, cell));
    case "last":
      return shape(
        metric,
        { gaugeMode: "last" },
        (cells, cell, { clockOrigin }) => new LastGauge(cells, cell, clockOrigin),
      );
    case "high-water":
      return shape(metric, { gaugeMode: "high-water" }, (cells, cell) => new HighWater(cells, cell));
    case "function":
      return shape(
        metric,
        {},
        (cells, cell, { functionGauges }) => new FunctionGauge(cells, cell, functionGauges),
      );
  }
}

function ranksOf(shown: readonly number[], bounds: readonly number[]): number[] {
  return shown.length === bounds.length ? [] : shown.map((bound) => bounds.indexOf(bound));
}

function bucketedShape(
  metric: HistogramSpec | NativeHistogramSpec,
  bounds: readonly number[],
  schema: number,
  slots: number,
): MetricShape {
  const index = new BucketIndex(bounds);
  const shown = metric.type === "histogram" ? ranksOf(metric.shown ?? bounds, bounds) : [];
  const buckets = { bounds, shown, schema };
  if (metric.exemplars !== true)
    return shape(metric, buckets, (cells, cell) => new Histogram(cells, cell, bounds, index));
  return shape(metric, { ...buckets, exemplarSlots: slots }, (cells, cell, { exemplarSource }) => {
    const exemplars = new ExemplarSlots(cells, cell + bounds.length + 2, slots);
    return new ExemplarHistogram(cells, cell, bounds, index, exemplars, exemplarSource);
  });
}

export function shapeOf(metric: MetricSpec): MetricShape {
  switch (metric.type) {
    case "counter":
      return counterShape(metric);
    case "gauge":
      return gaugeShape(metric);
    case "histogram":
      return bucketedShape(metric, metric.bounds, 0, metric.bounds.length + 1);
    case "nativeHistogram":
      return bucketedShape(
        metric,
        nativeBounds(metric),
        metric.schema ?? DEFAULT_SCHEMA,
        NATIVE_EXEMPLAR_SLOTS,
      );
    case "info":
      return shape(metric, {}, (cells, cell) => new Info(cells, cell));
    case "stateset":
      return shape(
        metric,
        { states: metric.states },
        (cells, cell) => new StateSet(cells, cell, metric.states),
      );
  }
}
