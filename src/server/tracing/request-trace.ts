import type { Context, Span, Tracer } from "@opentelemetry/api";
import type { FastifyRequest } from "fastify";
import type { Exemplar } from "../../telemetry/index.js";
import { now } from "../meters.js";
import type { RecordTrace, RequestRecord } from "../request-record.js";
import type { OpenTelemetry } from "./open-telemetry.js";
import { requestAttributes, resultAttributes } from "./span-attributes.js";

const SERVER_ERROR = 500;

/** The span of one request. Those of its phases are made at its end, from instants that were taken anyway. */
export class RequestTrace implements RecordTrace {
  readonly #span: Span;
  /** Milliseconds from the monotonic clock to the time of day; taken once, so that the spans of a request fit together. */
  readonly #epoch = Date.now() - now() * 1000;

  constructor(
    private readonly api: OpenTelemetry["api"],
    private readonly tracer: Tracer,
    parent: Context,
    private readonly request: FastifyRequest,
    private readonly record: RequestRecord,
  ) {
    const { method, routeOptions } = request;
    const options = {
      kind: api.SpanKind.SERVER,
      startTime: this.#at(record.arrivedAt),
      attributes: requestAttributes(request),
    };
    this.#span = tracer.startSpan(`${method} ${routeOptions.url}`, options, parent);
  }

  get exemplar(): Exemplar | undefined {
    return this.#span.isRecording() ? this.#span.spanContext() : undefined;
  }

  end(status: number, overAt: number): void {
    const { api, record } = this;
    if (!this.#span.isRecording()) return;
    this.#phases(overAt);
    this.#span.setAttributes(resultAttributes(this.request, record, status));
    if (status >= SERVER_ERROR || record.outcome === "error")
      this.#span.setStatus({
        code: api.SpanStatusCode.ERROR,
        ...(record.errorCode && { message: record.errorCode }),
      });
    this.#span.end(this.#at(overAt));
  }

  #phases(overAt: number): void {
    const { arrivedAt, submittedAt, firstTextAt, endedAt, instants } = this.record;
    const firstToken = instants?.firstTokenAt || firstTextAt;
    const streams = (this.request.body as { stream?: boolean } | undefined)?.stream === true;
    this.#phase("queue", arrivedAt, submittedAt);
    this.#phase("assemble", submittedAt, instants?.assembledAt);
    this.#phase("prefill", instants?.startedAt || submittedAt, firstToken);
    this.#phase("decode", firstToken, instants?.lastTokenAt || endedAt);
    if (streams) this.#phase("stream", firstTextAt, overAt);
  }

  /** Nothing for one that did not begin or did not end. */
  #phase(name: string, from: number | undefined, to: number | undefined): void {
    if (!from || !to) return;
    const context = this.api.trace.setSpan(this.api.ROOT_CONTEXT, this.#span);
    this.tracer.startSpan(name, { startTime: this.#at(from) }, context).end(this.#at(to));
  }

  /** As OpenTelemetry has instants: seconds and nanoseconds. */
  #at(seconds: number): [number, number] {
    const milliseconds = this.#epoch + seconds * 1000;
    const whole = Math.floor(milliseconds / 1000);
    return [whole, Math.floor((milliseconds - whole * 1000) * 1e6)];
  }
}
