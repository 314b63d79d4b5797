import type { DerivedValue, DerivedViewSpec, ViewSource } from "../../telemetry/index.js";
import { derivedFrom, is, of, type LabelList } from "./view-forms.js";

/** What is promised, and which of our events break it. */
interface Objective {
  readonly slo: string;
  /** Share of events that must be good. */
  readonly share: number;
  readonly bad: (labels: LabelList, scale: number) => readonly ViewSource[];
  readonly all: () => ViewSource;
}

/** Events of a histogram beyond `most` seconds. */
function within(slo: string, share: number, metric: string, most: number): Objective {
  return {
    slo,
    share,
    bad: (labels, scale) => [
      of(metric, labels, { take: "count", scale }),
      of(metric, labels, { take: "count", atMost: most, scale: -scale }),
    ],
    all: () => of(metric, [], { take: "count" }),
  };
}

const FAILED = ["error", "timeout"];
const SERVED = ["stop", "length", ...FAILED];

const OBJECTIVES: readonly Objective[] = [
  within("ttft", 0.95, "tacho_time_to_first_token_seconds", 0.35),
  within("latency", 0.95, "tacho_request_duration_seconds", 2.5),
  {
    slo: "errors",
    share: 0.99,
    bad: (labels, scale) => [of("tacho_requests_total", labels, { where: { outcome: FAILED }, scale })],
    all: () => of("tacho_requests_total", [], { where: { outcome: SERVED } }),
  },
];

const WINDOWS = { "5m": 300, "1h": 3600 } as const;

/** Rounded, as 1 - 0.95 is not 0.05. */
const budgetOf = (share: number) => Math.round((1 - share) * 1e9) / 1e9;

function burnRate({ slo, share, bad, all }: Objective, window: string, over: number): DerivedValue {
  const labels = { slo: is(slo), window: is(window) };
  return { over, derive: { times: [bad(labels, 1 / budgetOf(share))], per: [all()] } };
}

export function errorBudget(name: string): DerivedViewSpec {
  const rates = OBJECTIVES.flatMap((objective) =>
    Object.entries(WINDOWS).map(([window, seconds]) => burnRate(objective, window, seconds)),
  );
  return derivedFrom(
    name,
    "Share of bad events over the window, divided by the share that the objective allows.",
    rates as [DerivedValue, ...DerivedValue[]],
  );
}
