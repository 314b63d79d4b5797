import { activeSpanSource } from "./instruments/active-span.js";
import { checkCatalog, defineCatalog, type Catalog, type CatalogSpec } from "./catalog.js";
import { TelemetryError } from "./errors.js";
import type { ExemplarSource } from "./instruments/exemplar.js";
import { FunctionGauges } from "./instruments/function-gauges.js";
import { followViews } from "./reading/follow.js";
import { observeGpu, type GpuObserver, type GpuOptions } from "./gpu.js";
import type { ThreadContext } from "./instruments/handle-maker.js";
import type { HandleOf } from "./instruments/instruments.js";
import type { Listener, ListenOptions } from "./doors/listen.js";
import type { LabelValues } from "./metric-spec.js";
import { MetricSources, SOURCE_METRICS, type MetricSource } from "./reading/metric-sources.js";
import {
  callNative,
  loadAddon,
  type NativeFormat,
  type NativeSegment,
  type NativeShard,
} from "./segment/native.js";
import { openSegment, type SegmentOptions } from "./segment/open-segment.js";
import { registerMetrics, SeriesFamily, type RegisteredMetric } from "./instruments/series.js";
import { renderSegment } from "./segment/render-segment.js";
import { snapshotFromJson } from "./reading/snapshot-json.js";
import type { FamilySnapshot, Snapshot } from "./reading/snapshot.js";
import { summarize, type Summary } from "./reading/summary.js";
import type { AnyViewSpec, ShownViews } from "./reading/views.js";

/** The metrics of a catalog, by their keys. */
export type Metrics<C extends CatalogSpec> = {
  readonly [K in keyof C]: { labels(values: LabelValues<C[K]>): HandleOf<C[K]> };
};

/** The owner of one shard. Thread: the one that opened it, or the one native thread it is given to. */
export interface Writer<C extends CatalogSpec> {
  readonly metrics: Metrics<C>;
  /** The shard; a handle's `cell` is an index into it. Empty once closed. */
  readonly cells: Float64Array;
  /**
   * Hands the shard back: its totals stay, its gauges vanish. A native thread that writes to `cells` must
   * have ended before. Idempotent; also done when the thread's environment ends.
   */
  close(): void;
}

/** Text 0.0.4, OpenMetrics 1.0, or Prometheus' delimited protobuf, which alone shows native histograms. */
export type Format = "text" | "openmetrics" | "protobuf";

export interface SnapshotOptions extends ShownViews {
  /** Whether to show what sources collect. Default true. */
  sources?: boolean;
}

export interface RenderOptions extends SnapshotOptions {
  /** Default `text`. */
  format?: Format;
}

export interface Telemetry<C extends CatalogSpec> extends Writer<C> {
  /** Null for a segment without a name. */
  readonly path: string | null;
  /** Registers more metrics in the same segment, e.g. those of a library. Their writer is this one. */
  extend<D extends CatalogSpec>(catalog: Catalog<D>): Metrics<D>;
  /**
   * One more shard, for a native thread. It stays open until its own `close()`, or until the environment ends:
   * the thread's addon must register its cleanup hook after this call, so as to end the thread before.
   */
  openWriter(): Writer<C>;
  /** Shows what `source` collects after our own metrics, in every format; what it returns takes it away. */
  addSource(source: MetricSource): () => void;
  /** The whole segment, all writers taken together; made on a thread of libuv's pool. */
  render(options?: RenderOptions): Promise<Buffer>;
  /** The same as plain objects. They are parsed on this thread: prefer `render` for many series, often. */
  snapshot(options?: SnapshotOptions): Promise<Snapshot>;
  /**
   * Keeps each second, from now on, what the windows of these derived views need; what it returns ends it. Others are
   * passed over. Ends with `close()`.
   * @throws TelemetryError `invalid_view`; `closed`.
   */
  follow(views: readonly AnyViewSpec[]): () => void;
  /** What is worth a log line; see `summarize`. */
  summary(): Promise<Summary>;
  /**
   * Serves the metrics at /metrics, and 200 at /health; `close()` ends it.
   * @throws TelemetryError `cannot_listen` when the port is taken; `closed`.
   */
  listen(options: ListenOptions): Promise<Listener>;
  /**
   * Records the machine's GPUs as `tacho_gpu_*`, read on a native thread; once a segment, since two would count
   * everything twice. Absent hardware is a state, not an error. Ends with `close()`.
   * @throws RangeError, TypeError for the options; TelemetryError `segment_full` when no writer is left.
   */
  observeGpu(options?: GpuOptions): GpuObserver;
  /**
   * Closes this thread's writer, listeners and GPU observers and gives up the segment; whoever created the file removes it.
   * Idempotent.
   */
  close(): void;
  /** Removes the file's name; those who have it mapped keep using it. */
  unlink(): void;
}

export interface TelemetryOptions extends SegmentOptions {
  /**
   * Where the exemplars of metrics that declare them come from. Default: the active span, when
   * @opentelemetry/api is installed.
   */
  exemplars?: ExemplarSource;
}

function openWriter<C extends CatalogSpec>(
  shard: NativeShard,
  metrics: readonly RegisteredMetric[],
  context: ThreadContext,
): Writer<C> {
  return { metrics: familiesIn(shard, metrics, context), cells: shard.cells, close: () => shard.release() };
}

function familiesIn<C extends CatalogSpec>(
  shard: NativeShard,
  metrics: readonly RegisteredMetric[],
  context: ThreadContext,
): Metrics<C> {
  const families = metrics.map((metric) => [metric.key, new SeriesFamily(metric, shard, context)]);
  return Object.fromEntries(families) as Metrics<C>;
}

/** What is recorded must not notice that its exemplar cannot be had. */
function unfailing(source: ExemplarSource): ExemplarSource {
  return () => {
    try {
      return source();
    } catch {
      return undefined;
    }
  };
}

function contextOf(exemplars: ExemplarSource | undefined): ThreadContext {
  let source: ExemplarSource | undefined;
  return {
    functionGauges: new FunctionGauges(),
    /** Asked for by handles with exemplars alone, so that other programs never load @opentelemetry/api. */
    get exemplarSource() {
      return (source ??= unfailing(exemplars ?? activeSpanSource()));
    },
    clockOrigin: loadAddon().monotonicSeconds() - performance.now() / 1000,
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

class OpenTelemetry<C extends CatalogSpec> implements Telemetry<C> {
  readonly metrics: Metrics<C>;
  private readonly sources = new MetricSources(() => {
    return this.extend(defineCatalog(SOURCE_METRICS)).sourceFailures.labels({});
  });
  private isClosed = false;
  private readonly listeners: Promise<Listener>[] = [];
  private readonly gpuObservers: GpuObserver[] = [];
  private readonly following = new Set<() => void>();

  constructor(
    private readonly segment: NativeSegment,
    private readonly shard: NativeShard,
    private readonly registered: readonly RegisteredMetric[],
    private readonly context: ThreadContext,
    private readonly forgetFile: () => void,
  ) {
    this.metrics = familiesIn(shard, registered, context);
  }

  get cells(): Float64Array {
    return this.shard.cells;
  }

  get path(): string | null {
    return this.segment.path;
  }

  extend<D extends CatalogSpec>(catalog: Catalog<D>): Metrics<D> {
    checkCatalog(catalog);
    const metrics = callNative(() => registerMetrics(this.segment, catalog.metrics));
    return familiesIn(this.shard, metrics, this.context);
  }

  openWriter(): Writer<C> {
    return callNative(() => openWriter(this.segment.claim(), this.registered, this.context));
  }

  addSource(source: MetricSource): () => void {
    return this.sources.add(source);
  }

  render({ format = "text", ...options }: RenderOptions = {}): Promise<Buffer> {
    return this.read(format, options);
  }

  async snapshot(options: SnapshotOptions = {}): Promise<Snapshot> {
    return snapshotFromJson(await this.read("json", options));
  }

  follow(views: readonly AnyViewSpec[]): () => void {
    const end = followViews(this.segment, views);
    this.following.add(end);
    return () => {
      if (this.following.delete(end)) end();
    };
  }

  async summary(): Promise<Summary> {
    return summarize(await this.snapshot());
  }

  listen(options: ListenOptions): Promise<Listener> {
    if (this.isClosed)
      return Promise.reject(new TelemetryError("closed", "Expected an open telemetry but it is closed."));
    // Loaded when it is wanted: a worker that only records needs no HTTP.
    const listener = import("./doors/listen.js").then(({ listen }) => listen(this, options));
    this.listeners.push(listener);
    return listener;
  }

  observeGpu(options: GpuOptions = {}): GpuObserver {
    const observer = observeGpu(this.segment, options);
    this.gpuObservers.push(observer);
    return observer;
  }

  private async read(format: NativeFormat, { sources = true, ...shown }: SnapshotOptions): Promise<Buffer> {
    this.context.functionGauges.refresh();
    const render = (foreign: readonly FamilySnapshot[]) =>
      renderSegment(this.segment, format, shown, foreign);
    // Without sources nothing is waited for, so that closing right after this call does no harm.
    return sources && this.sources.areThere ? this.sources.renderWith(render) : render([]);
  }

  unlink(): void {
    this.segment.unlink();
  }

  close(): void {
    this.isClosed = true;
    this.context.functionGauges.close();
    for (const observer of this.gpuObservers) observer.close();
    for (const end of this.following) end();
    this.following.clear();
    this.shard.release();
    this.segment.close();
    this.forgetFile();
    for (const listener of this.listeners) listener.then((opened) => opened.close()).catch(() => undefined);
  }
}

/**
 * Opens a segment as the options say, and a writer in it for this thread. Each thread opens its own.
 * @throws TelemetryError `addon_missing`; `invalid_segment` when the file exists already, or is none to attach
 * to, or declares a metric of this catalog differently; `segment_full`; `invalid_catalog` for what `defineCatalog`
 * did not make; TypeError for options out of range.
 */
export function openTelemetry<C extends CatalogSpec>(
  catalog: Catalog<C>,
  options: TelemetryOptions = {},
): Telemetry<C> {
  checkCatalog(catalog);
  return openSegment(options, (segment) => {
    const metrics = registerMetrics(segment, catalog.metrics);
    const shard = segment.claim();
    const isMine = segment.path !== null && options.attach !== true && options.adopt !== true;
    const forget = isMine ? removeAtExit(segment) : () => undefined;
    return new OpenTelemetry<C>(segment, shard, metrics, contextOf(options.exemplars), forget);
  });
}
