export type TelemetryErrorCode =
  /** The native addon is not built, or was built for another platform. */
  | "addon_missing"
  /** A catalog entry breaks a rule of the exposition format. */
  | "invalid_catalog"
  /** `labels()` got other labels than the catalog declares. */
  | "invalid_labels"
  /** The file is no segment of this layout, is damaged, or cannot be opened. */
  | "invalid_segment"
  /** The segment has no room for another writer or metric. */
  | "segment_full"
  /** The address to listen on is taken, or is none of this machine's. */
  | "cannot_listen"
  /** A view is malformed, or asks of a metric what it does not have. */
  | "invalid_view"
  /** A metric source returned what is no FamilySnapshot. */
  | "invalid_source"
  /** The telemetry or the writer was closed. */
  | "closed";

/** Every error that this module throws; codes are stable and never re-used. */
export class TelemetryError extends Error {
  override readonly name = "TelemetryError";

  constructor(
    readonly code: TelemetryErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
