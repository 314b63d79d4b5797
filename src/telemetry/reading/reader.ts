import { callNative, loadAddon, type NativeFormat, type NativeSegment } from "../segment/native.js";
import { renderSegment } from "../segment/render-segment.js";
import { snapshotFromJson } from "./snapshot-json.js";
import type { Snapshot } from "./snapshot.js";
import { summarize, type Summary } from "./summary.js";
import type { Format } from "../telemetry.js";
import type { ShownViews } from "./views.js";

export interface ReaderOptions extends ShownViews {
  /** Default `text`. */
  format?: Format;
}

/** A segment seen from outside: it is mapped so that nothing can be written, and its writers notice nothing. */
export interface SegmentReader {
  readonly path: string;
  render(options?: ReaderOptions): Promise<Buffer>;
  snapshot(options?: ShownViews): Promise<Snapshot>;
  summary(): Promise<Summary>;
  /** Idempotent. */
  close(): void;
}

class MappedReader implements SegmentReader {
  constructor(
    readonly path: string,
    private readonly segment: NativeSegment,
  ) {}

  render({ format = "text", ...shown }: ReaderOptions = {}): Promise<Buffer> {
    return this.read(format, shown);
  }

  async snapshot(shown: ShownViews = {}): Promise<Snapshot> {
    return snapshotFromJson(await this.read("json", shown));
  }

  async summary(): Promise<Summary> {
    return summarize(await this.snapshot());
  }

  private read(format: NativeFormat, shown: ShownViews): Promise<Buffer> {
    return renderSegment(this.segment, format, shown);
  }

  close(): void {
    this.segment.close();
  }
}

/**
 * Opens the segment at `path` for reading; its writers may be at work or dead.
 * @throws TelemetryError `addon_missing`, `invalid_segment`.
 */
export function openReader(path: string): SegmentReader {
  return callNative(() => new MappedReader(path, loadAddon().read(path)));
}
