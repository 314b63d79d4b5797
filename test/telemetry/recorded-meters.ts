import type { Outcome } from "../../src/telemetry/index.js";

class Observations {
  readonly seconds: number[] = [];

  observe(seconds: number): void {
    this.seconds.push(seconds);
  }
}

class Count {
  total = 0;

  inc(n = 1): void {
    this.total += n;
  }
}

class Level {
  now = 0;
  highest = 0;

  inc(): void {
    this.highest = Math.max(this.highest, ++this.now);
  }

  dec(): void {
    this.now--;
  }
}

export type RecordedMeters<O extends string> = ReturnType<typeof recordedMeters<O>>;

/** Meters that remember, one counter for each outcome named. */
export function recordedMeters<O extends string = Outcome>(
  outcomes: readonly O[] = ["ok", "error", "abort"] as unknown as O[],
) {
  const finished = Object.fromEntries(outcomes.map((outcome) => [outcome, new Count()])) as Record<O, Count>;
  return {
    timeToFirstToken: new Observations(),
    interTokenLatency: new Observations(),
    tokens: new Count(),
    duration: new Observations(),
    inFlight: new Level(),
    finished,
    /** The outcomes that were counted, e.g. `{ ok: 2 }`. */
    outcomes(): Partial<Record<O, number>> {
      const totals = outcomes.map((outcome) => [outcome, finished[outcome].total] as const);
      return Object.fromEntries(totals.filter(([, total]) => total !== 0)) as Partial<Record<O, number>>;
    },
  };
}

function fail(): never {
  throw new Error("The meter is broken.");
}

/** Meters of which each throws whatever is asked of it. */
export const BROKEN_METERS = {
  timeToFirstToken: { observe: fail },
  interTokenLatency: { observe: fail },
  tokens: { inc: fail },
  duration: { observe: fail },
  inFlight: { inc: fail, dec: fail },
  finished: { ok: { inc: fail }, error: { inc: fail }, abort: { inc: fail } },
};
