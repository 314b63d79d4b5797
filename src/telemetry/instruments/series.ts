import type { CatalogSpec } from "../catalog.js";
import { TelemetryError } from "../errors.js";
import { shapeOf, type AnyHandle, type HandleMaker, type ThreadContext } from "./handle-maker.js";
import type { HandleOf } from "./instruments.js";
import type { LabelValues, MetricSpec } from "../metric-spec.js";
import { callNative, type NativeMetric, type NativeSegment, type NativeShard } from "../segment/native.js";

type Node = Map<string, Node> | AnyHandle;

/** Longer values would let few label sets fill a segment's directory. In UTF-16 units. */
const LONGEST_VALUE = 4096;
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether every format can carry the value: UTF-8 has no lone surrogates. */
function isCarriable(value: string): boolean {
  return value.length <= LONGEST_VALUE && !LONE_SURROGATE.test(value);
}

/** A catalog entry with its place in the segment. */
export interface RegisteredMetric {
  key: string;
  spec: MetricSpec;
  labelNames: readonly string[];
  native: NativeMetric;
  makeHandle: HandleMaker;
}

export function registerMetrics(segment: NativeSegment, spec: CatalogSpec): RegisteredMetric[] {
  return Object.entries(spec).map(([key, metric]) => {
    const { native, makeHandle } = shapeOf(metric);
    return { key, spec: metric, labelNames: native.labels, native: segment.define(native), makeHandle };
  });
}

/**
 * One metric's handles in one shard. They are kept in a tree of maps, one level a label, so that no two label
 * sets can share a key and finding one allocates nothing. Only registered series are kept, hence at most
 * `maxSeries`; label sets beyond share one overflow handle.
 */
export class SeriesFamily<M extends MetricSpec> {
  private tree: Node | undefined;
  private overflow: AnyHandle | undefined;

  constructor(
    private readonly metric: RegisteredMetric,
    private readonly shard: NativeShard,
    private readonly context: ThreadContext,
  ) {}

  /**
   * Finds the series with these label values, registering it at its first use. Keep the handle where the
   * label set is known beforehand; finding it again costs one map lookup a label. Where there is no room, or a
   * value is longer than 4096 characters or no Unicode, it is the overflow series, and that is counted.
   * @throws TelemetryError `invalid_labels` for missing, unknown or non-string labels and values outside a
   * closed list; `closed` for a new series of a closed writer.
   */
  labels(values: LabelValues<M>): HandleOf<M> {
    const given = values as Readonly<Record<string, string>> | null;
    // Before the search, which reads them.
    if (typeof given !== "object" || given === null) this.fail("an object of labels", given);
    return (this.find(given) ?? this.resolve(given)) as unknown as HandleOf<M>;
  }

  private find(values: Readonly<Record<string, string>>): AnyHandle | undefined {
    let node = this.tree;
    for (const label of this.metric.labelNames)
      node = (node as Map<string, Node> | undefined)?.get(values[label]!);
    return node as AnyHandle | undefined;
  }

  private resolve(values: Readonly<Record<string, string>>): AnyHandle {
    const { native, labelNames } = this.metric;
    this.check(values);
    const ordered = labelNames.map((label) => values[label]!);
    const cell = callNative(() =>
      ordered.every(isCarriable) ? this.shard.resolve(native.id, ordered) : this.shard.refuse(native.id),
    );
    if (cell === native.overflowCell) return (this.overflow ??= this.handle(cell));
    const handle = this.handle(cell);
    this.keep(ordered, handle);
    return handle;
  }

  private keep(ordered: readonly string[], handle: AnyHandle): void {
    const leaf = ordered.at(-1);
    if (leaf === undefined) {
      this.tree = handle;
      return;
    }
    let branch = (this.tree ??= new Map()) as Map<string, Node>;
    for (const value of ordered.slice(0, -1)) {
      if (!branch.has(value)) branch.set(value, new Map());
      branch = branch.get(value) as Map<string, Node>;
    }
    branch.set(leaf, handle);
  }

  private handle(cell: number): AnyHandle {
    return this.metric.makeHandle(this.shard.cells, cell, this.context);
  }

  private fail(expected: string, received: unknown): never {
    throw new TelemetryError(
      "invalid_labels",
      `Expected ${expected} for ${this.metric.key} but received ${String(received)}.`,
    );
  }

  /** Runs only when a series is first used: a set of labels that was found before was right. */
  private check(values: Readonly<Record<string, unknown>>): void {
    const { key, spec, labelNames } = this.metric;
    const unknown = Object.keys(values).find((label) => !labelNames.includes(label));
    if (unknown !== undefined) this.fail(`labels [${labelNames.join(", ")}]`, unknown);
    for (const label of labelNames) {
      const domain = spec.labels[label]!;
      const value = values[label];
      if (typeof value === "string" && (typeof domain === "string" || domain.includes(value))) continue;
      const expected = typeof domain === "string" ? "a string" : `one of ${domain.join(", ")}`;
      const received = typeof value === "string" ? JSON.stringify(value) : String(value);
      throw new TelemetryError(
        "invalid_labels",
        `Expected ${expected} for label ${label} of ${key} but received ${received}.`,
      );
    }
  }
}
