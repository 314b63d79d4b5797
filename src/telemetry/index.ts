export { defineCatalog } from "./catalog.js";
export type { Catalog, CatalogSpec, SpecOf } from "./catalog.js";
export { TelemetryError } from "./errors.js";
export type { TelemetryErrorCode } from "./errors.js";
export type { Exemplar, ExemplarSource } from "./exemplar.js";
export { findSegments, segmentsOf } from "./find-segments.js";
export type { FoundSegment } from "./find-segments.js";
export type { GpuObserver, GpuOptions, GpuState } from "./gpu.js";
export type {
  CounterHandle,
  ExemplarCounterHandle,
  ExemplarHistogramHandle,
  FunctionGaugeHandle,
  GaugeHandle,
  HandleOf,
  HighWaterHandle,
  HistogramHandle,
  InfoHandle,
  LastGaugeHandle,
  StateSetHandle,
} from "./instruments.js";
export type { Listener, ListenOptions } from "./listen.js";
export type { MetricSource } from "./metric-sources.js";
export type {
  CounterSpec,
  GaugeMode,
  GaugeSpec,
  HistogramSpec,
  InfoSpec,
  LabelDomain,
  LabelValues,
  MetricSpec,
  NativeHistogramSpec,
  StateSetSpec,
} from "./metric-spec.js";
export type { CountMeter, DurationMeter, LevelMeter } from "./meters.js";
export type { SegmentSizes } from "./native.js";
export { observeCall } from "./observe-call.js";
export type { AnyFunction, CallMeters, CallOptions } from "./observe-call.js";
export { observeStream } from "./observe-stream.js";
export type { StreamMeters, StreamOptions, StreamSource } from "./observe-stream.js";
export { observed, observedStream } from "./observed.js";
export type { MetersOf, ObservedStreamOptions, ObservingDecorator } from "./observed.js";
export type { SegmentOptions } from "./open-segment.js";
export type { Classify, Outcome, OutcomeMeters } from "./outcome.js";
export { observeRuntime } from "./runtime.js";
export type { RuntimeObserver, RuntimeOptions } from "./runtime.js";
export { runtimeCatalog } from "./runtime-catalog.js";
export { openReader } from "./reader.js";
export type { ReaderOptions, SegmentReader } from "./reader.js";
export { newSegmentPath, sweepStaleSegments } from "./segment-path.js";
export type {
  ExemplarSnapshot,
  FamilySnapshot,
  FamilyType,
  HistogramSeries,
  ScalarSeries,
  Snapshot,
  StateSetSeries,
  SummarySeries,
} from "./snapshot.js";
export { summarize } from "./summary.js";
export type { EventSummary, Summary } from "./summary.js";
export { openTelemetry } from "./telemetry.js";
export type {
  Format,
  Metrics,
  RenderOptions,
  SnapshotOptions,
  Telemetry,
  TelemetryOptions,
  Writer,
} from "./telemetry.js";
export type { ViewLabel, ViewSource, ViewSpec } from "./views.js";
