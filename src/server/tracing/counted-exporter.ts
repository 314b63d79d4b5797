import type { ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { logLine } from "../log.js";
import type { Meters } from "../meters.js";

/** Counts the spans that were sent and those that were lost, and bounds those that wait. */
export class CountedExporter implements SpanExporter {
  #waiting = 0;
  #failing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly meters: Meters,
    private readonly limit: number,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.#waiting -= spans.length;
      this.meters.traceSpans[isSent(result) ? "sent" : "lost"].inc(spans.length);
      this.#tell(result);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  /** `batches`, which sends to this exporter, without what would be too much for it. */
  processor(batches: SpanProcessor): SpanProcessor {
    return {
      onStart: (span, context) => batches.onStart(span, context),
      onEnd: (span) => {
        if (this.#waiting < this.limit) {
          this.#waiting++;
          batches.onEnd(span);
        } else this.meters.traceSpans.lost.inc();
      },
      forceFlush: () => batches.forceFlush(),
      shutdown: () => batches.shutdown(),
    };
  }

  /** Once when it begins, and once when it is over. */
  #tell(result: ExportResult): void {
    const fails = !isSent(result);
    if (fails === this.#failing) return;
    this.#failing = fails;
    const reason = result.error?.message || "the collector refused them";
    logLine(fails ? `traces cannot be sent: ${reason}` : "traces are sent again");
  }
}

/** ExportResultCode.SUCCESS, which would have to be loaded to be named. */
function isSent(result: ExportResult): boolean {
  const code: number = result.code;
  return code === 0;
}
