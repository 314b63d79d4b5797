import type { BucketIndex } from "./bucket-index.js";
import type { MetricSpec } from "./catalog.js";

/** Monotonic. Thread: the writer's own. */
export interface CounterHandle {
  /** Adds `n` (1 when left out). Zero, negative and NaN are ignored: a counter that goes back reads as a restart. */
  inc(n?: number): void;
  readonly cell: number;
}

/**
 * The sum of what the living writers set. A series that is `set` must therefore have one writer;
 * `inc` and `dec` may come from several. A series whose writers have all ended is no longer shown.
 */
export interface GaugeHandle {
  set(v: number): void;
  inc(n?: number): void;
  dec(n?: number): void;
  readonly cell: number;
}

export interface HistogramHandle {
  /** Counts `v` in the first bucket with `v <= bound`. NaN is ignored: it would make the sum NaN for ever. */
  observe(v: number): void;
  /** The first bucket's cell; one cell a bound, one for +Inf and the sum follow each other from it. */
  readonly cell: number;
  readonly bounds: readonly number[];
}

export interface Handles {
  counter: CounterHandle;
  gauge: GaugeHandle;
  histogram: HistogramHandle;
}

/** The kind of handle a metric gives. */
export type HandleOf<M extends MetricSpec> = Handles[M["type"]];

// Each kind is one small class, so that every call site stays monomorphic; the hot methods neither allocate,
// hash nor leave JavaScript. Writes after close() go to a detached buffer and are lost silently.

export class Counter implements CounterHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
  ) {}

  inc(n = 1): void {
    if (n > 0) this.cells[this.cell]! += n;
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

export class Histogram implements HistogramHandle {
  private readonly sumCell: number;

  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
    readonly bounds: readonly number[],
    private readonly buckets: BucketIndex,
  ) {
    this.sumCell = cell + bounds.length + 1;
  }

  observe(v: number): void {
    if (v !== v) return;
    this.cells[this.cell + this.buckets.find(v)]! += 1;
    this.cells[this.sumCell]! += v;
  }
}
