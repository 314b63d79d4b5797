import type { CounterHandle } from "../../telemetry/index.js";
import type { ServerMetrics } from "../meters.js";

export type StreamEnd = "finished" | "cancelled" | "broken";

/** What the event streams of one route leave behind. */
export class StreamMeters {
  readonly opened;
  readonly ended: Record<StreamEnd, CounterHandle>;
  readonly openDuration;
  readonly duration;
  readonly backpressure;
  readonly tokens;

  constructor(metrics: ServerMetrics, route: string) {
    const ended = (how: StreamEnd) => metrics.streamsEnded.labels({ route, how });
    this.opened = metrics.streamsOpened.labels({ route });
    this.ended = { finished: ended("finished"), cancelled: ended("cancelled"), broken: ended("broken") };
    this.openDuration = metrics.streamOpenDuration.labels({ route });
    this.duration = metrics.streamDuration.labels({ route });
    this.backpressure = metrics.streamBackpressure.labels({ route });
    this.tokens = metrics.streamedTokens.labels({ route });
  }
}
