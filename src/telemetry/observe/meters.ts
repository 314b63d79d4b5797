/** Takes durations in seconds; every histogram handle is one. */
export interface DurationMeter {
  observe(seconds: number): void;
}

/** Every counter handle is one. */
export interface CountMeter {
  inc(n?: number): void;
}

/** Every gauge handle that is no `last`, `high-water` or `function` is one. */
export interface LevelMeter {
  inc(): void;
  dec(): void;
}

/** When something is wrapped, not when it is called: that is where whoever wrote it looks. */
export function checkMeters(meters: unknown): void {
  if (typeof meters === "object" && meters !== null) return;
  throw new TypeError(`Expected an object of meters but received ${String(meters)}.`);
}

// What is measured must not notice that a meter fails: hence no error leaves these.

export function observe(meter: DurationMeter | undefined, seconds: number): void {
  try {
    meter?.observe(seconds);
  } catch {
    // As said above.
  }
}

export function count(meter: CountMeter | undefined, n = 1): void {
  try {
    meter?.inc(n);
  } catch {
    // As said above.
  }
}

export function enter(meter: LevelMeter | undefined): void {
  try {
    meter?.inc();
  } catch {
    // As said above.
  }
}

export function leave(meter: LevelMeter | undefined): void {
  try {
    meter?.dec();
  } catch {
    // As said above.
  }
}
