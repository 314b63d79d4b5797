export { defineCatalog } from "./catalog.js";
export type { Catalog, CatalogSpec, SpecOf } from "./catalog.js";
export { TelemetryError } from "./errors.js";
export type { TelemetryErrorCode } from "./errors.js";
export type { Exemplar, ExemplarSource } from "./instruments/exemplar.js";
export { findSegments, segmentsOf } from "./segment/find-segments.js";
export type { FoundSegment } from "./segment/find-segments.js";
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
} from "./instruments/instruments.js";
export type { Listener, ListenOptions } from "./doors/listen.js";
export type { MetricSource } from "./reading/metric-sources.js";
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
export type { CountMeter, DurationMeter, LevelMeter } from "./observe/meters.js";
export type { SegmentSizes } from "./segment/native.js";
export { observeCall } from "./observe/observe-call.js";
export type { AnyFunction, CallMeters, CallOptions } from "./observe/observe-call.js";
export { observeStream } from "./observe/observe-stream.js";
export type { StreamMeters, StreamOptions, StreamSource } from "./observe/observe-stream.js";
export { observed, observedStream } from "./observe/observed.js";
export type { MetersOf, ObservedStreamOptions, ObservingDecorator } from "./observe/observed.js";
export type { SegmentOptions } from "./segment/open-segment.js";
export type { Classify, Outcome, OutcomeMeters } from "./observe/outcome.js";
export { observeRuntime } from "./runtime/runtime.js";
export type { RuntimeObserver, RuntimeOptions } from "./runtime/runtime.js";
export { runtimeCatalog } from "./runtime/runtime-catalog.js";
export { openReader } from "./reading/reader.js";
export type { ReaderOptions, SegmentReader } from "./reading/reader.js";
export { newSegmentPath, sweepStaleSegments } from "./segment/segment-path.js";
export type {
  ExemplarSnapshot,
  FamilySnapshot,
  FamilyType,
  HistogramSeries,
  ScalarSeries,
  Snapshot,
  StateSetSeries,
  SummarySeries,
} from "./reading/snapshot.js";
export { summarize } from "./reading/summary.js";
export type { EventSummary, Summary } from "./reading/summary.js";
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
export type {
  AnyViewSpec,
  DerivedValue,
  DerivedViewSpec,
  ShownViews,
  ViewArrays,
  ViewFactor,
  ViewLabel,
  ViewProduct,
  ViewQuantile,
  ViewSource,
  ViewSpec,
} from "./reading/views.js";
