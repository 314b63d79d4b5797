import { constants, PerformanceObserver, type PerformanceEntry } from "node:perf_hooks";
import type { HistogramHandle } from "../instruments/instruments.js";
import type { RuntimePart, RuntimeSubject } from "./runtime-part.js";

const KINDS = {
  major: constants.NODE_PERFORMANCE_GC_MAJOR,
  minor: constants.NODE_PERFORMANCE_GC_MINOR,
  incremental: constants.NODE_PERFORMANCE_GC_INCREMENTAL,
  weakcb: constants.NODE_PERFORMANCE_GC_WEAKCB,
};

type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } };

export function observeGc({ metrics, thread }: RuntimeSubject): RuntimePart {
  const handles = new Map<number, HistogramHandle>();
  for (const [kind, number] of Object.entries(KINDS))
    handles.set(number, metrics.gcDuration.labels({ ...thread, kind: kind as keyof typeof KINDS }));
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as GcEntry[])
      handles.get(entry.detail.kind)?.observe(entry.duration / 1000);
  });
  observer.observe({ entryTypes: ["gc"] });
  return { close: () => observer.disconnect() };
}
