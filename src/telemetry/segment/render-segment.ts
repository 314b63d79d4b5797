import { callNative, type NativeFormat, type NativeSegment } from "./native.js";
import type { FamilySnapshot } from "../reading/snapshot.js";
import type { ShownViews } from "../reading/views.js";

/**
 * Renders natively. What is made at once comes in the next turn of the event loop all the same: a program that reads
 * its metrics in a loop would otherwise never do anything else.
 */
export async function renderSegment(
  segment: NativeSegment,
  format: NativeFormat,
  { views, withMetrics = false }: ShownViews,
  foreign: readonly FamilySnapshot[] = [],
): Promise<Buffer> {
  const made = callNative(() => segment.render(format, views ?? null, withMetrics, foreign));
  if (made instanceof Promise) return made;
  return new Promise((resolve) => void setImmediate(resolve, made));
}
