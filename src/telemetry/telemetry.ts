import type { Catalog, CatalogSpec, LabelValues } from "./catalog.js";
import type { HandleOf } from "./instruments.js";
import { callNative, loadAddon, type NativeSegment, type NativeShard, type SegmentSizes } from "./native.js";
import { registerMetrics, SeriesFamily, type RegisteredMetric } from "./series.js";

/** The owner of one shard. Thread: the one that opened it, or the one native thread it is given to. */
export interface Writer<C extends CatalogSpec> {
  readonly metrics: { readonly [K in keyof C]: { labels(values: LabelValues<C[K]>): HandleOf<C[K]> } };
  /** The shard; a handle's `cell` is an index into it. Empty once closed. */
  readonly cells: Float64Array;
  /**
   * Hands the shard back: its totals stay, its gauges vanish. A native thread that writes to `cells` must
   * have ended before. Idempotent; also done when the thread's environment ends.
   */
  close(): void;
}

export interface Telemetry<C extends CatalogSpec> extends Writer<C> {
  /** Null for a segment without a name. */
  readonly path: string | null;
  /**
   * One more shard, for a native thread. It stays open until its own `close()`, or until the environment ends:
   * the thread's addon must register its cleanup hook after this call, so as to end the thread before.
   */
  openWriter(): Writer<C>;
  /** The whole segment, all writers summed, in the text format 0.0.4; made on a thread of libuv's pool. */
  render(): Promise<Buffer>;
  /** Closes this thread's writer and gives up the segment; whoever created the file removes it. Idempotent. */
  close(): void;
  /** Removes the file's name; those who have it mapped keep using it. */
  unlink(): void;
}

export interface TelemetryOptions {
  /** File of the segment, see `newSegmentPath()`. Without one, the segment belongs to this thread alone. */
  path?: string;
  /** Attach to the segment at `path` instead of creating it. */
  attach?: boolean;
  /** Sizes of a new segment; an attached one keeps its own. */
  sizes?: Partial<SegmentSizes>;
}

const DEFAULT_SIZES: SegmentSizes = { shards: 128, cellsPerShard: 2 ** 17, directoryBytes: 2 ** 23 };

function openWriter<C extends CatalogSpec>(
  shard: NativeShard,
  metrics: readonly RegisteredMetric[],
): Writer<C> {
  const { cells } = shard;
  const families = metrics.map((metric) => [metric.key, new SeriesFamily(metric, shard, cells)]);
  return {
    metrics: Object.fromEntries(families) as Writer<C>["metrics"],
    cells,
    close: () => shard.release(),
  };
}

/**
 * Removes the file of a creator that ends without `close()`. Native cleanup hooks see to it when a worker is
 * terminated, but `process.exit()` of the main thread and uncaught errors run none of them.
 */
function removeAtExit(segment: NativeSegment): () => void {
  const remove = () => segment.unlink();
  process.once("exit", remove);
  return () => process.off("exit", remove);
}

function openSegment({ path, attach = false, sizes }: TelemetryOptions): NativeSegment {
  const addon = loadAddon();
  if (!attach) return addon.create(path ?? null, { ...DEFAULT_SIZES, ...sizes });
  if (path === undefined) throw new TypeError("Expected a path for attach but received none.");
  return addon.attach(path);
}

/**
 * Creates a segment (or attaches to one) and opens a writer in it for this thread. Each thread opens its own.
 * @throws TelemetryError `addon_missing`; `invalid_segment` when the file exists already, or is none to attach
 * to, or declares a metric of this catalog differently; `segment_full`.
 */
export function openTelemetry<C extends CatalogSpec>(
  catalog: Catalog<C>,
  options: TelemetryOptions = {},
): Telemetry<C> {
  return callNative(() => {
    const segment = openSegment(options);
    try {
      const metrics = registerMetrics(segment, catalog.metrics);
      const writer = openWriter<C>(segment.claim(), metrics);
      const hasFile = segment.path !== null && options.attach !== true;
      const forget = hasFile ? removeAtExit(segment) : () => undefined;
      return {
        ...writer,
        path: segment.path,
        openWriter: () => callNative(() => openWriter<C>(segment.claim(), metrics)),
        render: () => callNative(() => segment.render()),
        unlink: () => segment.unlink(),
        close() {
          writer.close();
          segment.close();
          forget();
        },
      };
    } catch (error) {
      segment.close();
      throw error;
    }
  });
}
