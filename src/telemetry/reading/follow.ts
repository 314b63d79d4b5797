import { callNative, type NativeSegment } from "../segment/native.js";
import type { AnyViewSpec } from "./views.js";

/** The windows of derived views begin at one of these instants. */
const TICK_MS = 1000;

/** Keeps each second what the windows of `views` need, until what it returns is called. */
export function followViews(segment: NativeSegment, views: readonly AnyViewSpec[]): () => void {
  const follower = callNative(() => segment.follow(views));
  const timer = setInterval(() => follower.tick(), TICK_MS).unref();
  return () => {
    clearInterval(timer);
    follower.close();
  };
}
