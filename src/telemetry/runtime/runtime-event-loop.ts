import type { HistogramHandle } from "../instruments/instruments.js";
import { CounterFollower } from "./counter-follower.js";
import type { RuntimePart, RuntimeSubject } from "./runtime-part.js";

/** Each period wakes an idle thread, which costs more than the sample itself. */
const PERIOD_MS = 100;

/**
 * Observes for each period what something due at its end had to wait. One late sample thus counts for all that the
 * delay has swallowed: otherwise a loop that is blocked for a second in every two would look fast 10 times of 11.
 */
function observeWaits(delay: HistogramHandle, lateMs: number): void {
  let late = lateMs;
  do delay.observe(late / 1000);
  while ((late -= PERIOD_MS) > 0);
}

/**
 * How late a timer is. Node's monitorEventLoopDelay is not used: it gives percentiles since a reset, which can be
 * added up neither over threads nor over time, and counts its own period as delay.
 */
function sampleDelay({ metrics, thread }: RuntimeSubject): () => void {
  const delay = metrics.eventLoopDelay.labels(thread);
  const lag = metrics.eventLoopLag.labels(thread);
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = Math.max(0, now - last - PERIOD_MS);
    last = now;
    lag.set(lateMs / 1000);
    observeWaits(delay, lateMs);
  }, PERIOD_MS).unref();
  return () => {
    clearInterval(timer);
    lag.set(NaN);
  };
}

export function observeEventLoop(subject: RuntimeSubject): RuntimePart {
  const { metrics, thread } = subject;
  const utilization = metrics.eventLoopUtilization.labels(thread);
  let last = performance.eventLoopUtilization();
  const [active, idle] = (["active", "idle"] as const).map(
    (state) => new CounterFollower(metrics.eventLoopTime.labels({ ...thread, state }), last[state] / 1000),
  ) as [CounterFollower, CounterFollower];
  const stopSampling = sampleDelay(subject);
  return {
    everySecond() {
      const now = performance.eventLoopUtilization();
      utilization.set(performance.eventLoopUtilization(now, last).utilization);
      active.follow(now.active / 1000);
      idle.follow(now.idle / 1000);
      last = now;
    },
    close() {
      stopSampling();
      utilization.set(NaN);
    },
  };
}
