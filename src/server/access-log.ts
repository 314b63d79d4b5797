import { accessSync, constants, existsSync } from "node:fs";
import { dirname } from "node:path";
import type { FastifyRequest } from "fastify";
import { pino, stdTimeFunctions, type Logger } from "pino";
import type { ApiError } from "./errors.js";
import { LineSink, openForLines, standardOutputForLines } from "./line-sink.js";
import type { Meters } from "./meters.js";
import { UsageError, type Settings } from "./settings.js";

declare module "fastify" {
  interface FastifyRequest {
    /** The code of the error that it was answered with. */
    errorCode: string | null;
  }
}

/** For what gathered when the server ends. */
const CLOSE_LIMIT_MS = 1000;

/** How an HTTP request ended. */
export interface Ending {
  /** The route's template; what a client wrote in its place may be a secret. */
  route: string;
  status: number;
  seconds: number;
  /** What the server answered past the request itself. */
  error: ApiError | null;
}

/** Writes the line of one request. */
export type AccessEntry = (ending: Ending) => void;

/** One line of JSON for each request, written when all is known of it: its answer is out, and the engine is done with it. */
export class AccessLog {
  readonly #sink: LineSink;
  readonly #log: Logger;
  readonly #withBodies: boolean;

  /** @throws UsageError when the file cannot be opened. */
  constructor(
    { accessLog, accessLogPrompts }: Pick<Settings, "accessLog" | "accessLogPrompts">,
    meters: Meters,
  ) {
    const fd = accessLog === "on" ? standardOutputForLines() : openLog(accessLog);
    this.#sink = new LineSink(fd, (lines) => meters.accessLogDropped.inc(lines));
    this.#log = loggerTo(this.#sink);
    this.#withBodies = accessLogPrompts === "on";
  }

  /** To be called while the request has its socket: afterwards nobody knows whose it was. */
  begin(request: FastifyRequest): AccessEntry {
    const remoteAddress = request.ip;
    return (ending) => {
      if (isNoise(request, ending)) return;
      const write = () => this.#log.info(this.#fields(request, remoteAddress, ending));
      if (request.record) request.record.whenComplete(write);
      else write();
    };
  }

  /** Idempotent. */
  close(): Promise<void> {
    return this.#sink.close(CLOSE_LIMIT_MS);
  }

  /** In the order of the line; what is undefined is left out. */
  #fields(request: FastifyRequest, remoteAddress: string, { route, status, seconds, error }: Ending): object {
    const { id, method, record, body, tenant } = request;
    return {
      request_id: id,
      remote_address: remoteAddress,
      method,
      route,
      status,
      duration_seconds: rounded(seconds),
      tenant: tenant.name || undefined,
      key: tenant.key || undefined,
      ...(record && generationFields(record, body)),
      trace_id: record?.trace?.exemplar?.traceId,
      error: error?.code ?? record?.errorCode ?? request.errorCode ?? undefined,
      ...(this.#withBodies && record && { body }),
    };
  }
}

function generationFields(record: NonNullable<FastifyRequest["record"]>, body: unknown): object {
  const { arrivedAt, submittedAt, usage, model } = record;
  const firstTokenAt = record.instants?.firstTokenAt || record.firstTextAt;
  return {
    outcome: record.outcome,
    model,
    stream: model === undefined ? undefined : (body as { stream?: boolean }).stream === true,
    prompt_tokens: usage?.promptTokens,
    cached_tokens: usage?.cachedTokens,
    completion_tokens: usage?.generatedTokens,
    queue_seconds: submittedAt && rounded(submittedAt - arrivedAt),
    ttft_seconds: firstTokenAt && rounded(firstTokenAt - arrivedAt),
  };
}

/** Microseconds are what the clock is good for. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}

/** Scrapes and probes come several times a second; their routes say so by their level. */
function isNoise({ routeOptions }: FastifyRequest, { status }: Ending): boolean {
  return routeOptions.logLevel === "warn" && status < 400;
}

function openLog(file: string): number {
  try {
    return openForLines(file);
  } catch (error) {
    throw unwritable(error);
  }
}

/** Whether the log can be written, without making its file. @throws UsageError */
export function checkAccessLog(setting: Settings["accessLog"]): void {
  if (setting === "on" || setting === "off") return;
  try {
    accessSync(existsSync(setting) ? setting : dirname(setting), constants.W_OK);
  } catch (error) {
    throw unwritable(error);
  }
}

function unwritable(error: unknown): UsageError {
  return new UsageError(
    `Expected a file that can be written for --access-log, but: ${(error as Error).message}.`,
  );
}

function loggerTo(sink: LineSink): Logger {
  const options = { base: null, timestamp: stdTimeFunctions.isoTime, formatters: { level: levelName } };
  return pino(options, { write: (line: string) => sink.write(line) });
}

function levelName(level: string): object {
  return { level };
}
