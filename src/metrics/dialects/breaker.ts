import type { ViewLabel, ViewSource } from "../../telemetry/index.js";
import { byCase, is, of } from "./view-forms.js";

/** A model's engine host as a circuit breaker: while it is down, requests fail at once; its restart is the trial. */
const STATES = { ready: "closed", down: "open", starting: "half_open" } as const;
type HostState = keyof typeof STATES;
const HOST_STATES = Object.keys(STATES) as HostState[];

/**
 * The state as a number; the two systems disagree on which is which. Closed, 0, needs no source of its own: the others
 * are there, and 0, then.
 */
export function breakerState(
  numbers: { readonly open: number; readonly half_open: number },
  labels: Readonly<Record<string, string | ViewLabel>>,
): ViewSource[] {
  const metric = "tacho_engine_host_state";
  return [
    of(metric, labels, { where: { [metric]: "down" }, scale: numbers.open }),
    of(metric, labels, { where: { [metric]: "starting" }, scale: numbers.half_open }),
  ];
}

/** Changes by the state they led to. */
export function changesInto(label: string): ViewSource[] {
  const cases = Object.fromEntries(HOST_STATES.map((state) => [STATES[state], [state]]));
  return byCase("tacho_engine_host_transitions_total", "to", cases, label);
}

export function changes(
  fromLabel: string,
  toLabel: string,
  labels: Readonly<Record<string, string | ViewLabel>>,
): ViewSource[] {
  return HOST_STATES.flatMap((from) =>
    HOST_STATES.filter((to) => to !== from).map((to) =>
      of(
        "tacho_engine_host_transitions_total",
        { ...labels, [fromLabel]: is(STATES[from]), [toLabel]: is(STATES[to]) },
        { where: { from, to } },
      ),
    ),
  );
}
