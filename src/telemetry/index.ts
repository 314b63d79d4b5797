export { defineCatalog } from "./catalog.js";
export type {
  Catalog,
  CatalogSpec,
  CounterSpec,
  GaugeSpec,
  HistogramSpec,
  LabelDomain,
  LabelValues,
  MetricSpec,
  SpecOf,
} from "./catalog.js";
export { TelemetryError } from "./errors.js";
export type { TelemetryErrorCode } from "./errors.js";
export type { CounterHandle, GaugeHandle, HandleOf, HistogramHandle } from "./instruments.js";
export type { SegmentSizes } from "./native.js";
export { newSegmentPath, sweepStaleSegments } from "./segment-path.js";
export { openTelemetry } from "./telemetry.js";
export type { Telemetry, TelemetryOptions, Writer } from "./telemetry.js";
