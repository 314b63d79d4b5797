import type { BucketIndex } from "./bucket-index.js";
import type { Exemplar, ExemplarSlots, ExemplarSource } from "./exemplar.js";
import type { GaugeMode, MetricSpec } from "../metric-spec.js";

/** Monotonic. Thread: the writer's own, as for every handle. */
export interface CounterHandle {
  /** Adds `n` (1 when left out). Zero, negative and NaN are ignored: a counter that goes back reads as a restart. */
  inc(n?: number): void;
  readonly cell: number;
}

export interface ExemplarCounterHandle extends CounterHandle {
  /** @param exemplar where left out, the active span */
  inc(n?: number, exemplar?: Exemplar): void;
}

/**
 * The sum of what the living writers set. A series that is `set` must therefore have one writer (or the mode
 * `last`); `inc` and `dec` may come from several. A series whose writers have all ended is no longer shown.
 */
export interface GaugeHandle {
  set(v: number): void;
  inc(n?: number): void;
  dec(n?: number): void;
  readonly cell: number;
}

/** What was set last, by whichever writer that still lives. */
export interface LastGaugeHandle {
  /** NaN takes this writer's value away. */
  set(v: number): void;
  readonly cell: number;
}

/** The highest value since the series began. */
export interface HighWaterHandle {
  raise(v: number): void;
  readonly cell: number;
}

/** A value that is asked for when the metrics are read. */
export interface FunctionGaugeHandle {
  /**
   * Shows what `read` returns: at each reading by this thread's telemetry, for others at most a second old.
   * While it throws or returns NaN, the series is not shown. Null takes it away.
   */
  from(read: (() => number) | null): void;
  readonly cell: number;
}

export interface HistogramHandle {
  /** Counts `v` in the first bucket with `v <= bound`. NaN is ignored: it would make the sum NaN for ever. */
  observe(v: number): void;
  /** Starts a clock; what it returns observes the seconds since then, once, and returns them. */
  timer(): () => number;
  /** The first bucket's cell; one cell a bound, one for +Inf and the sum follow each other from it. */
  readonly cell: number;
  /** Upper bounds, of a native histogram too. */
  readonly bounds: readonly number[];
}

export interface ExemplarHistogramHandle extends HistogramHandle {
  /** @param exemplar where left out, the active span */
  observe(v: number, exemplar?: Exemplar): void;
}

/** Shown while a living writer shows it. */
export interface InfoHandle {
  show(): void;
  hide(): void;
  readonly cell: number;
}

/** A state is 1 while any living writer has it. */
export interface StateSetHandle<State extends string = string> {
  /** Enters this state and leaves the others. */
  set(state: State): void;
  enable(state: State): void;
  disable(state: State): void;
  readonly cell: number;
}

interface GaugeHandles {
  sum: GaugeHandle;
  last: LastGaugeHandle;
  "high-water": HighWaterHandle;
  function: FunctionGaugeHandle;
}

/** The kind of handle a metric gives. */
export type HandleOf<M extends MetricSpec> = M extends { type: "gauge" }
  ? M extends { mode: infer Mode extends GaugeMode }
    ? GaugeHandles[Mode]
    : GaugeHandle
  : M extends { type: "stateset"; states: readonly (infer State extends string)[] }
    ? StateSetHandle<State>
    : M extends { type: "info" }
      ? InfoHandle
      : M extends { type: "counter" }
        ? M extends { exemplars: true }
          ? ExemplarCounterHandle
          : CounterHandle
        : M extends { exemplars: true }
          ? ExemplarHistogramHandle
          : HistogramHandle;

// Each kind is one small class, so that every call site stays monomorphic; the hot methods neither allocate,
// hash nor leave JavaScript. Writes after close() go to a detached buffer and are lost silently.

export class Counter implements CounterHandle {
  constructor(
    protected readonly cells: Float64Array,
    readonly cell: number,
  ) {}

  inc(n = 1): void {
    if (n > 0) this.cells[this.cell]! += n;
  }
}

/** A hundred nanoseconds more: it asks for the active span and copies its ids. */
export class ExemplarCounter extends Counter implements ExemplarCounterHandle {
  constructor(
    cells: Float64Array,
    cell: number,
    private readonly slots: ExemplarSlots,
    private readonly source: ExemplarSource,
  ) {
    super(cells, cell);
  }

  override inc(n = 1, exemplar = this.source()): void {
    if (!(n > 0)) return;
    this.cells[this.cell]! += n;
    this.slots.keep(0, n, exemplar);
  }
}

export class Gauge implements GaugeHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
  ) {}

  set(v: number): void {
    this.cells[this.cell] = v;
  }

  inc(n = 1): void {
    this.cells[this.cell]! += n;
  }

  dec(n = 1): void {
    this.cells[this.cell]! -= n;
  }
}

export class LastGauge implements LastGaugeHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
    /** CLOCK_MONOTONIC in seconds when `performance.now()` was 0: all threads of a machine share that clock. */
    private readonly clockOrigin: number,
  ) {}

  set(v: number): void {
    const isShown = v === v;
    this.cells[this.cell] = isShown ? v : 0;
    this.cells[this.cell + 1] = isShown ? this.clockOrigin + performance.now() / 1000 : 0;
  }
}

export class HighWater implements HighWaterHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
  ) {}

  raise(v: number): void {
    const { cells, cell } = this;
    const isHigher = cells[cell + 1] === 0 ? v === v : v > cells[cell]!;
    if (!isHigher) return;
    cells[cell] = v;
    cells[cell + 1] = 1;
  }
}

export class Histogram implements HistogramHandle {
  protected readonly sumCell: number;

  constructor(
    protected readonly cells: Float64Array,
    readonly cell: number,
    readonly bounds: readonly number[],
    protected readonly buckets: BucketIndex,
  ) {
    this.sumCell = cell + bounds.length + 1;
  }

  observe(v: number): void {
    if (v !== v) return;
    this.cells[this.cell + this.buckets.find(v)]! += 1;
    this.cells[this.sumCell]! += v;
  }

  timer(): () => number {
    const start = performance.now();
    let seconds: number | undefined;
    return () => {
      if (seconds === undefined) this.observe((seconds = (performance.now() - start) / 1000));
      return seconds;
    };
  }
}

export class ExemplarHistogram extends Histogram implements ExemplarHistogramHandle {
  constructor(
    cells: Float64Array,
    cell: number,
    bounds: readonly number[],
    buckets: BucketIndex,
    private readonly slots: ExemplarSlots,
    private readonly source: ExemplarSource,
  ) {
    super(cells, cell, bounds, buckets);
  }

  override observe(v: number, exemplar = this.source()): void {
    if (v !== v) return;
    const bucket = this.buckets.find(v);
    this.cells[this.cell + bucket]! += 1;
    this.cells[this.sumCell]! += v;
    this.slots.keep(bucket, v, exemplar);
  }
}

export class Info implements InfoHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
  ) {}

  show(): void {
    this.cells[this.cell] = 1;
  }

  hide(): void {
    this.cells[this.cell] = 0;
  }
}

export class StateSet implements StateSetHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
    private readonly states: readonly string[],
  ) {}

  set(state: string): void {
    this.write(state, 1);
    for (const other of this.states) if (other !== state) this.write(other, 0);
  }

  enable(state: string): void {
    this.write(state, 1);
  }

  disable(state: string): void {
    this.write(state, 0);
  }

  private write(state: string, value: 0 | 1): void {
    const index = this.states.indexOf(state);
    if (index < 0)
      throw new TypeError(`Expected one of ${this.states.join(", ")} for the state but received ${state}.`);
    this.cells[this.cell + index] = value;
    this.cells[this.cell + this.states.length] = 1;
  }
}
