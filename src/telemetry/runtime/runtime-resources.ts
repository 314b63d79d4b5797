import type { FunctionGaugeHandle } from "../instruments/instruments.js";
import type { RuntimePart, RuntimeSubject } from "./runtime-part.js";

function countByType(): Map<string, number> {
  const counts = new Map<string, number>();
  for (const type of process.getActiveResourcesInfo()) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}

/** Counted once a second and not at each reading, since that takes 25 ns a socket. */
export function observeResources({ metrics, thread }: RuntimeSubject): RuntimePart {
  const gauges = new Map<string, FunctionGaugeHandle>();
  let counts = new Map<string, number>();
  const everySecond = () => {
    counts = countByType();
    for (const type of counts.keys()) {
      if (gauges.has(type)) continue;
      const gauge = metrics.activeResources.labels({ ...thread, type });
      gauge.from(() => counts.get(type) ?? 0);
      gauges.set(type, gauge);
    }
  };
  everySecond();
  return { everySecond, close: () => gauges.forEach((gauge) => gauge.from(null)) };
}
