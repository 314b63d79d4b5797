import { callNative, type NativeFormat, type NativeSegment } from "./native.js";
import type { FamilySnapshot } from "../reading/snapshot.js";
import type { AnyViewSpec, ShownViews, ViewArrays } from "../reading/views.js";

function areArrays(views: ViewArrays): views is readonly (readonly AnyViewSpec[])[] {
  return Array.isArray(views[0]);
}

function arraysOf(views: ViewArrays): readonly (readonly AnyViewSpec[])[] {
  return areArrays(views) ? views : [views];
}

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
  const arrays = views ? arraysOf(views) : null;
  const made = callNative(() => segment.render(format, arrays, withMetrics, foreign));
  if (made instanceof Promise) return made;
  return new Promise((resolve) => void setImmediate(resolve, made));
}
