import type { FunctionGaugeHandle } from "./instruments.js";

/** What other processes read is at most this old. */
const REFRESH_MS = 1000;

/** The gauges of one thread whose values are asked for; see `FunctionGaugeHandle`. */
export class FunctionGauges {
  private readonly readers = new Map<FunctionGauge, () => number>();
  private isReading = false;
  private timer: NodeJS.Timeout | undefined;

  register(gauge: FunctionGauge, read: (() => number) | null): void {
    if (read === null) this.readers.delete(gauge);
    else this.readers.set(gauge, read);
    if (this.readers.size === 0) this.close();
    else this.timer ??= setInterval(() => this.refresh(), REFRESH_MS).unref();
  }

  /** A function that asks for the metrics itself must not be asked by that again. */
  refresh(): void {
    if (this.isReading) return;
    this.isReading = true;
    for (const [gauge, read] of this.readers) gauge.show(valueOf(read));
    this.isReading = false;
  }

  close(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function valueOf(read: () => number): number {
  try {
    return read();
  } catch {
    return NaN;
  }
}

export class FunctionGauge implements FunctionGaugeHandle {
  constructor(
    private readonly cells: Float64Array,
    readonly cell: number,
    private readonly all: FunctionGauges,
  ) {
    this.show(NaN);
  }

  from(read: (() => number) | null): void {
    this.show(read === null ? NaN : valueOf(read));
    this.all.register(this, read);
  }

  /** A value that is no number takes the series away. */
  show(value: number): void {
    const isShown = typeof value === "number" && value === value;
    this.cells[this.cell] = isShown ? value : 0;
    this.cells[this.cell + 1] = isShown ? 1 : 0;
  }
}
