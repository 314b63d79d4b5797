import { getHeapSpaceStatistics, getHeapStatistics } from "node:v8";
import type { FunctionGaugeHandle } from "../instruments/instruments.js";
import { showLevels, type RuntimePart, type RuntimeSubject } from "./runtime-part.js";
import { sharedReading } from "./shared-reading.js";

type Level = readonly [FunctionGaugeHandle, () => number];

function heapLevels({ metrics, thread, process: whole }: RuntimeSubject): Level[] {
  const usage = sharedReading(() => process.memoryUsage());
  const statistics = sharedReading(getHeapStatistics);
  const levels: Level[] = [
    [metrics.heapUsed.labels(thread), () => usage().heapUsed],
    [metrics.heapTotal.labels(thread), () => usage().heapTotal],
    [metrics.heapLimit.labels(thread), () => statistics().heap_size_limit],
    [metrics.externalMemory.labels(thread), () => usage().external],
    [metrics.arrayBuffers.labels(thread), () => usage().arrayBuffers],
  ];
  if (whole !== undefined) levels.push([metrics.residentMemory.labels(whole), () => usage().rss]);
  return levels;
}

function spaceLevels({ metrics, thread }: RuntimeSubject): Level[] {
  // A version of V8 has always the same spaces in the same order.
  const spaces = sharedReading(getHeapSpaceStatistics);
  return spaces().flatMap(({ space_name: name }, i): Level[] => {
    const labels = { ...thread, space: name.replace(/_space$/, "") };
    return [
      [metrics.heapSpaceUsed.labels(labels), () => spaces()[i]!.space_used_size],
      [metrics.heapSpaceTotal.labels(labels), () => spaces()[i]!.space_size],
      [metrics.heapSpaceAvailable.labels(labels), () => spaces()[i]!.space_available_size],
    ];
  });
}

export function observeMemory(subject: RuntimeSubject): RuntimePart {
  return { close: showLevels([...heapLevels(subject), ...spaceLevels(subject)]) };
}
